"""Head, menu and foot, baked apart from the pages and joined with each of them.

A frame is HTML with marks such as `@@up@@`. It is split at the marks once, so that whatever a page
says, even such a mark, is never read as one, and joining 1,000 pages costs little.
"""

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from wagtail.models import Page

from kafo.publishing.baking.sharing import share_frame
from kafo.publishing.models import BakedFrame, PlainPage, PublicSite
from kafo.publishing.models.sites import site_path
from kafo.publishing.templatetags.language_mark import language_mark

_ROOM = Path(__file__).resolve().parent.parent
_MARK = re.compile(r"@@([a-z]+(?::[^@]*)?)@@")
_SIGN = mark_safe(
    '<svg viewBox="0 0 24 24" width="36" height="36" fill="none" stroke="currentColor" '
    'stroke-width="2.6" aria-hidden="true"><path d="m8 2 10 10L8 22M16 2 6 12l10 10"/>'
    '<path fill="currentColor" stroke="none" d="m12 9 3 3-3 3-3-3z"/></svg>'
)


@lru_cache
def sheet(name: str) -> SafeString:
    """Give a style sheet without line ends, to be put into each page."""
    text = (_ROOM / "static" / "publishing" / name).read_text(encoding="utf-8")
    return mark_safe("".join(line.strip() for line in text.splitlines()))


@lru_cache
def recipe() -> str:
    """Give a mark of the templates and the code that bake; a new version bakes everything anew."""
    digest = hashlib.sha256()
    made_by = ("templates/publishing/site/*", "templatetags/*.py", "baking/*.py")
    for path in sorted(path for pattern in made_by for path in _ROOM.glob(pattern)):
        digest.update(path.read_bytes())
    digest.update(sheet("text.css").encode())
    return digest.hexdigest()[:16]


def language_name(code: str) -> str:
    """Give the name of a language in the language itself."""
    return dict(settings.LANGUAGES).get(code) or code


def _menu(home: Page) -> list[tuple[str, str]]:
    pages = home.get_children().live().in_menu().select_related("locale")
    return [(page.title, site_path(page)) for page in pages]


def _foot(site: PublicSite, home: Page) -> list[tuple[str, str]]:
    """Give what the foot leads to; a page that is not translated, in the site's main language."""
    main = site.homes().get(site.main_locale)
    shown: dict[Any, PlainPage] = {}
    for each in [home, main] if main and main.live else [home]:
        pages = PlainPage.objects.descendant_of(each).live().filter(in_footer=True)
        for page in pages.order_by("path").select_related("locale"):
            shown.setdefault(page.translation_key, page)
    return [(page.title, site_path(page)) for page in shown.values()]


def frame_words(site: PublicSite, home: Page) -> dict[str, Any]:
    """Give all that the frame of a site says in the language of `home`."""
    language = home.locale.language_code
    with override(language):
        foot = " · ".join(filter(None, [str(site.footer) or str(site.name), site.contact]))
        return {
            "address": site.root_url,
            "name": str(site.name),
            "organization": str(site.organization.name),
            "tone": site.tone,
            "menu": [[_("Home"), f"{language}/"], *map(list, _menu(home))],
            "links": [list(each) for each in _foot(site, home)],
            "foot": foot,
        }


def draw_frame(language: str, words: dict[str, Any], *, far: str = "@@up@@", css: str = "") -> str:
    """Give the frame that says `words`; `far` leads to what is only at the original site."""
    with override(language):
        shown = {
            "language": language,
            "css": mark_safe(sheet("site.css") + css),
            "mark": _SIGN,
            "far": far,
            "links": [(*each, _link_mark(language, each[1])) for each in words["links"]],
            "foot_mark": language_mark(gettext_lazy("Foot of the page")),
        }
        html = render_to_string("publishing/site/frame.html", {**words, **shown})
    return "\n".join(filter(None, (line.strip() for line in html.splitlines())))


def _link_mark(language: str, path: str) -> SafeString:
    """Give the mark of a link in the foot that leads to a page in another language."""
    code = path.partition("/")[0]
    if code == language:
        # The foot itself may be in another language, for want of a translation.
        spoken = language_mark(gettext_lazy("Foot of the page"))
        return format_html(' lang="{}"', code) if spoken else mark_safe("")
    return format_html(' lang="{}" hreflang="{}"', code, code)


def refresh_frames(site: PublicSite) -> None:
    """Make the frames of all languages what they should be: one may lead to pages of another."""
    for language in site.locales:
        refresh_frame(site, language)


def refresh_frame(site: PublicSite, language: str) -> bool:
    """Make the stored frame what it should be; say whether it changed.

    Pages joined with another frame are due to be joined again: `reconcile` finds them by its mark.
    """
    home = site.homes().get(language)
    if home is None or not home.live:
        with transaction.atomic():
            BakedFrame.objects.filter(site=site, language=language).delete()
            share_frame(site, language, None)
        return False
    words = frame_words(site, home)
    html = draw_frame(language, words)
    digest = hashlib.sha256(html.encode()).hexdigest()[:16]
    with transaction.atomic():
        share_frame(site, language, words)
        if BakedFrame.objects.filter(site=site, language=language, digest=digest).exists():
            return False
        BakedFrame.objects.update_or_create(
            site=site, language=language, defaults={"html": html, "digest": digest}
        )
    return True


class Frame:
    """A frame ready to take pages."""

    def __init__(self, html: str, language: str, root_url: str, digest: str) -> None:
        self.digest = digest
        self.language = language
        self.root_url = root_url
        self._pieces = _MARK.split(html)
        with override(language):
            self._languages_label: str = _("Languages")
            self._text_label: str = _("Text version")
            self._text_mark = language_mark(gettext_lazy("Text version"))

    @classmethod
    def of(cls, row: BakedFrame) -> "Frame":
        """Give the frame that is stored in `row`."""
        return cls(row.html, row.language, row.site.root_url, row.digest)

    def join(self, parts: dict[str, Any], path: str, *, up: str | None = None) -> str:
        """Give the whole HTML of the page at `path`.

        `up` is the way to the root of the site, worked out from `path` unless given.
        """
        up = "../" * path.count("/") if up is None else up
        values = {
            "up": up,
            "title": format_html("{}", parts["title"]),
            "head": self._head(parts, path),
            "languages": self._switch(parts.get("languages", {}), up),
            "wide": ' class="wide"' if parts.get("is_wide") else "",
            "main": parts["main"],
            "textlink": (
                format_html('<a href="texte/"{}>{}</a>', self._text_mark, self._text_label)
                if parts.get("text")
                else ""
            ),
        }
        pieces = list(self._pieces)
        for at in range(1, len(pieces), 2):
            mark, _colon, menu_path = pieces[at].partition(":")
            pieces[at] = self._current(menu_path, path) if mark == "current" else values[mark]
        return "".join(pieces)

    def _current(self, menu_path: str, path: str) -> str:
        is_home = menu_path.count("/") == 1
        here = path == menu_path or (not is_home and path.startswith(menu_path))
        return ' aria-current="page"' if here else ""

    def _head(self, parts: dict[str, Any], path: str) -> str:
        if not parts.get("languages") or parts.get("is_unlisted"):
            return '<meta name="robots" content="noindex">'
        head = format_html('<link rel="canonical" href="{}/{}">', self.root_url, path)
        if parts.get("description"):
            head += format_html('\n<meta name="description" content="{}">', parts["description"])
        return head

    def _switch(self, languages: dict[str, str], up: str) -> str:
        if len(languages) < 2:
            return ""
        links = [
            format_html(
                '<a href="{}{}"{}>{}</a>',
                up,
                path,
                mark_safe(' aria-current="true"')
                if code == self.language
                else format_html(' lang="{}" hreflang="{}"', code, code),
                language_name(code),
            )
            for code, path in languages.items()
        ]
        label = format_html('<nav aria-label="{}">', self._languages_label)
        return "\n".join([label, *links, "</nav>"])


def drawn_once(site: PublicSite, language: str) -> Frame:
    """Give a frame that is not kept; pages joined with it are due again once there is one."""
    homes = site.homes()
    home = homes.get(language) or next(iter(homes.values()))
    html = draw_frame(language, frame_words(site, home))
    return Frame(html, language, site.root_url, "")
