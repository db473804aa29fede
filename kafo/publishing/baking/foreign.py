"""The page part of another office, made safe and fit for what is here of its files.

Only what our own templates can write comes through: no other element, no other attribute, and no
link that leaves the copy of the site by climbing.
"""

import re
from collections.abc import Collection
from html import escape
from html.parser import HTMLParser
from urllib.parse import quote

from django.utils.translation import gettext as _

_VOID = {"br", "hr", "img"}
_ELEMENTS = {
    *_VOID,
    *("a", "article", "b", "blockquote", "dd", "div", "dl", "dt", "em", "figcaption", "figure"),
    *("h1", "h2", "h3", "h4", "i", "li", "nav", "ol", "p", "section", "small", "span", "strong"),
    *("sub", "sup", "time", "ul"),
}
_ATTRIBUTES = {
    *("alt", "aria-current", "aria-label", "class", "datetime", "height", "hreflang", "lang"),
    *("loading", "title", "width"),
}
_MUTE = {"script", "style", "template", "noscript", "iframe", "object", "textarea", "title", "form"}
_MEDIA = re.compile(r"(?:\.\./)*media/([^/]+)")
_RELATIVE = re.compile(r"[\w./%-]*(?:#[\w-]*)?")
_FULL = re.compile(r"(?:https?://|mailto:|tel:)[^\s]+", re.IGNORECASE)


class _Rewriter(HTMLParser):
    def __init__(self, path: str, address: str, present: Collection[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.depth = path.count("/")
        self.address, self.present = address, present
        self.written: list[str] = []
        self._mute = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._mute or tag in _MUTE:
            self._mute = self._mute or tag
            return
        if tag not in _ELEMENTS:
            return
        given = {name: value or "" for name, value in attrs}
        kept = {name: value for name, value in given.items() if name in _ATTRIBUTES}
        if tag == "img":
            name = _MEDIA.fullmatch(given.get("src", ""))
            if name is None or name[1] not in self.present:
                text = given.get("alt", "")
                self.handle_data(f"[{_('Picture: %(text)s') % {'text': text}}]" if text else "")
                return
            kept["src"] = f"{'../' * self.depth}media/{quote(name[1])}"
            # The style knows pictures by this element.
            self.written.append(f"<picture>{_opening(tag, kept)}</picture>")
            return
        if tag == "a":
            kept |= self._link(given)
        self.written.append(_opening(tag, kept))

    def handle_endtag(self, tag: str) -> None:
        if self._mute:
            self._mute = "" if tag == self._mute else self._mute
        elif tag in _ELEMENTS - _VOID:
            self.written.append(f"</{tag}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if not self._mute:
            self.written.append(escape(data, quote=False))

    def _link(self, given: dict[str, str]) -> dict[str, str]:
        href = given.get("href", "").strip()
        if file := _MEDIA.fullmatch(href):
            if file[1] in self.present:
                place = f"{'../' * self.depth}media/{quote(file[1])}"
                return {"href": place} | ({"download": ""} if "download" in given else {})
            return {"href": f"{self.address}/media/{quote(file[1])}"}
        if _FULL.fullmatch(href):
            return {"href": href}
        if not href.startswith("/") and _RELATIVE.fullmatch(href) and self._stays(href):
            return {"href": href}
        return {}

    def _stays(self, href: str) -> bool:
        depth = self.depth
        for part in href.partition("#")[0].split("/")[:-1]:
            depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
            if depth < 0:
                return False
        return href.partition("#")[0].rpartition("/")[2] != ".."


def _opening(tag: str, given: dict[str, str]) -> str:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in given.items())
    return f"<{tag}{attributes}>"


def fitted(main: str, path: str, *, address: str, present: Collection[str]) -> str:
    """Give the part of the page at `path` as it can be shown here.

    A picture that is not `present` yet gives way to its text; a document is fetched from the
    original site, which is at `address`.
    """
    rewriter = _Rewriter(path, address, present)
    rewriter.feed(main)
    rewriter.close()
    return "".join(rewriter.written)
