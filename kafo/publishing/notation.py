"""Rich text as it is written in a plain text field, and back.

    A blank line begins a paragraph. **bold**, *italic*, [text](address).
    - a line like this is an item of a list; 1. like this of a numbered one

Addresses are http, https, mailto, tel, or page:12 and document:12 for what is in the house.
Whatever else stands in the text is text: no tag passes through.
"""

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser

_LINK = re.compile(r"\[((?:\\.|[^\]\\\n])+)\]\(([^)\s]+)\)")
_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*(?!\*)", re.DOTALL)
# Only whole bold parts stand inside italic ones: tags never cross.
_EMPHASIS = re.compile(r"(?<!\*)\*(?=[^\s*])((?:[^<*]|<b>[^<*]*</b>)+)(?<=[^\s*])\*(?!\*)")
_ITEM = re.compile(r"(?:-|(\d{1,3})[.)])\s+(.*)")
_OUTSIDE = re.compile(
    r"https?://[^\s<>\"']+|mailto:[^\s<>\"']+@[^\s<>\"']+|tel:[+\d().\s-]+", re.IGNORECASE
)
_INSIDE = re.compile(r"(page|document):(\d{1,9})")
_ESCAPED = re.compile(r"\\([\\*\[\]#>.)-])")
# Letters of Unicode's private area stand for escaped signs while the text is taken apart.
_HIDDEN = 0xE000


def is_safe_address(address: str) -> bool:
    """Say whether a link may lead there."""
    return bool(_OUTSIDE.fullmatch(address) or _INSIDE.fullmatch(address))


def to_html(text: str) -> str:
    """Give the rich text for what was written in `text`."""
    text = "".join(
        letter
        for letter in text.replace("\r\n", "\n").replace("\r", "\n")
        if letter in "\n\t" or not _is_unfit(letter)
    )
    text = re.sub(r"[ \t\xa0]+", lambda found: "\xa0" if "\xa0" in found[0] else " ", text)
    text = _ESCAPED.sub(lambda found: chr(_HIDDEN + ord(found[1])), text)
    parts = re.split(r"\n[ \t]*\n+", text.strip("\n"))
    return "".join(_shown(part) for part in parts if part.strip())


def _is_unfit(letter: str) -> bool:
    return ord(letter) < 32 or _HIDDEN <= ord(letter) < _HIDDEN + 128


def _shown(part: str) -> str:
    lines = [line.strip() for line in part.strip().split("\n")]
    items = [_ITEM.fullmatch(line) for line in lines]
    if all(items):
        kind = "ol" if items[0] and items[0][1] else "ul"
        inner = "".join(f"<li>{_inline(item[2])}</li>" for item in items if item)
        return f"<{kind}>{inner}</{kind}>"
    return f"<p>{_inline(chr(10).join(lines))}</p>"


def _inline(text: str) -> str:
    shown, at = [], 0
    for found in _LINK.finditer(text):
        address = html.unescape(found[2])
        if not is_safe_address(address):
            continue
        shown += [text[at : found.start()], _anchor(address, found[1])]
        at = found.end()
    shown.append(text[at:])
    # Even parts are text, odd ones are links that are finished.
    return "".join(part if index % 2 else _marked(part) for index, part in enumerate(shown))


def _anchor(address: str, text: str) -> str:
    inside = _INSIDE.fullmatch(address)
    if inside:
        opening = f'<a id="{inside[2]}" linktype="{inside[1]}">'
    else:
        opening = f'<a href="{html.escape(address)}">'
    return f"{opening}{_marked(text)}</a>"


def _marked(text: str) -> str:
    text = html.escape(text, quote=False)
    text = _STRONG.sub(r"<b>\1</b>", text)
    text = _EMPHASIS.sub(r"<i>\1</i>", text)
    text = text.replace("\n", "<br/>")
    return "".join(
        html.escape(chr(ord(letter) - _HIDDEN), quote=False)
        if _HIDDEN <= ord(letter) < _HIDDEN + 128
        else letter
        for letter in text
    )


class _Reader(HTMLParser):
    """Collects what a rich text says, in the notation."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.part = ""
        self.lists: list[list[str | int]] = []
        self.links: list[str] = []

    def end_part(self) -> None:
        if text := self.part.strip():
            self.parts.append(text)
        self.part = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "br":
            self.part += "\n"
        elif tag in {"b", "strong"}:
            self.part += "**"
        elif tag in {"i", "em"}:
            self.part += "*"
        elif tag == "a":
            self.links.append(_address(given))
            self.part += "[" if self.links[-1] else ""
        elif tag in {"ul", "ol"}:
            if not self.lists:
                self.end_part()
            self.lists.append([tag, 0])
        elif tag == "li" and self.lists:
            kind, number = self.lists[-1]
            self.lists[-1][1] = int(number) + 1
            sign = "-" if kind == "ul" else f"{self.lists[-1][1]}."
            self.part = self.part.rstrip() + f"\n{sign} "
        elif tag not in {"span", "u"} and not self.lists:
            self.end_part()

    def handle_endtag(self, tag: str) -> None:
        if tag in {"b", "strong", "i", "em"}:
            words = self.part.rstrip(" ")
            sign = "**" if tag in {"b", "strong"} else "*"
            self.part = words + sign + self.part[len(words) :]
        elif tag == "a" and self.links:
            address = self.links.pop()
            self.part += f"]({address})" if address else ""
        elif tag in {"ul", "ol"} and self.lists:
            self.lists.pop()
            if not self.lists:
                self.end_part()
        elif tag == "p" and not self.lists:
            self.end_part()

    def handle_data(self, data: str) -> None:
        text = re.sub(r"[ \t\n]+", " ", data)
        text = re.sub(r"([\\*\[\]])", r"\\\1", text)
        if not self.part.strip() or self.part.endswith("\n"):
            text = re.sub(r"^(\s*)([#>-])", r"\1\\\2", text)
            text = re.sub(r"^(\s*\d{1,3})([.)])", r"\1\\\2", text)
        self.part += text


def _address(given: dict[str, str | None]) -> str:
    kind, number = given.get("linktype"), given.get("id")
    if kind in {"page", "document"} and number:
        return f"{kind}:{number}"
    address = given.get("href") or ""
    return address if is_safe_address(address) and ")" not in address else ""


def to_notation(rich_text: str) -> str:
    """Give `rich_text` as it is written in a text field."""
    reader = _Reader()
    reader.feed(rich_text)
    reader.close()
    reader.end_part()
    return "\n\n".join(reader.parts)


def plain_lines(rich_text: str) -> Iterator[str]:
    """Give the words of `rich_text` line by line, without any sign, to compare two versions."""
    for line in to_notation(rich_text).split("\n"):
        if line:
            yield _ESCAPED.sub(r"\1", re.sub(r"\*+", "", line))
