"""Two versions of a page, word by word."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kafo.publishing.notation import plain_lines

Blocks = Iterable[dict[str, Any]]
MOST_WORDS = 6000


def text_of(body: Blocks) -> str:
    """Give the words of a stored body, a line for each part."""
    lines: list[str] = []
    for block in body:
        kind, value = block["type"], block["value"]
        if kind == "paragraph":
            lines += plain_lines(value)
        elif kind == "heading":
            lines.append(f"## {value}")
        elif kind == "quote":
            lines.append(f"“{value.get('text', '')}” {value.get('source', '')}".strip())
        elif kind == "link":
            lines.append(f"{value.get('text', '')} {value.get('address', '')}")
        elif kind == "picture":
            lines.append(
                _("(picture %(name)s)") % {"name": value.get("caption") or value["picture"]}
            )
        else:
            lines.append(_("(document %(name)s)") % {"name": value})
    return "\n".join(lines)


def words_of(page: Any) -> dict[str, str]:
    """Give what a reader would read of a version, by its label."""
    picture = page.picture
    found = {
        _("Title"): page.title,
        _("In short"): page.lead,
        _("Text"): text_of(page.body.raw_data),
        _("Picture"): picture.title if picture else "",
        _("Author"): page.author,
        _("Translator"): page.translator,
    }
    if shown_on := page.shown_on:
        found[_("Date")] = shown_on.isoformat()
    return found


def differences(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, SafeString]]:
    """Give label and marked text of what differs; added words in <ins>, removed ones in <del>."""
    return [
        (label, marked(before.get(label, ""), text))
        for label, text in after.items()
        if before.get(label, "") != text
    ]


def marked(before: str, after: str) -> SafeString:
    """Give `after` with its difference from `before` marked."""
    old, new = _words(before), _words(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return _joined([("del", before), ("ins", after)])
    parts: list[tuple[str, str]] = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            parts.append(("", "".join(new[k:m])))
            continue
        if i < j:
            parts.append(("del", "".join(old[i:j])))
        if k < m:
            parts.append(("ins", "".join(new[k:m])))
    return _joined(parts)


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|[^\s]+", text)


def _joined(parts: list[tuple[str, str]]) -> SafeString:
    return format_html_join("", "{}", ((_shown(tag, text),) for tag, text in parts))


def _shown(tag: str, text: str) -> SafeString:
    lines = format_html_join("", "{}{}", _lines(text))
    if tag == "ins":
        return format_html("<ins>{}</ins>", lines)
    return format_html("<del>{}</del>", lines) if tag else lines


def _lines(text: str) -> Iterable[tuple[SafeString, SafeString]]:
    pieces = text.split("\n")
    for index, piece in enumerate(pieces):
        end = SafeString("<br>" if index < len(pieces) - 1 else "")
        yield conditional_escape(piece), end
