"""What lists show of a page, and which pages a list page lists."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from wagtail.models import Page

from kafo.publishing.baking.rendering import Rendering
from kafo.publishing.enums import Listed
from kafo.publishing.models import (
    DocumentPage,
    ListPage,
    NewsPage,
    PlacePage,
    ProjectPage,
    SitePage,
)

PER_PAGE = 20
PREVIEWED = 3

_LISTED: dict[str, tuple[type[SitePage], Sequence[str]]] = {
    Listed.NEWS: (NewsPage, ["-news_on", "-pk"]),
    Listed.PROJECTS: (ProjectPage, ["path"]),
    Listed.PLACES: (PlacePage, ["title", "pk"]),
    Listed.DOCUMENTS: (DocumentPage, ["-issued_on", "title", "pk"]),
}
_CARDS = {Listed.PROJECTS, Listed.PLACES}


@dataclass(frozen=True)
class Card:
    """One item of a list."""

    href: str
    title: str
    lead: str
    shown_on: date | None
    thumbnail: SafeString


@dataclass(frozen=True)
class Section:
    """A run of items under a heading, with the way to all of them."""

    heading: str
    cards: list[Card]
    style: str
    more: str = ""

    @property
    def level(self) -> str:
        """Give the rank of the items' headings, below the section's own."""
        return "h3" if self.heading else "h2"


def listed_pages(page: ListPage) -> QuerySet[Any]:
    """Give the live pages that `page` lists, in the order of its kind."""
    model, order = _LISTED[page.listed]
    return model.objects.child_of(page).live().order_by(*order)


def count_of_list_pages(page: ListPage) -> int:
    """Give how many pages the list needs; an empty list still has one."""
    return max(1, -(-listed_pages(page).count() // PER_PAGE))


def _card(rendering: Rendering, page: SitePage, *, with_picture: bool, large: bool) -> Card:
    rendering.uses(f"card:{page.pk}")
    return Card(
        rendering.page_href(page),
        page.title,
        page.lead,
        page.shown_on,
        rendering.thumbnail(page.picture if with_picture else None, large=large),
    )


def _section(
    rendering: Rendering, page: ListPage, span: slice, *, heading: str = "", more: str = ""
) -> Section:
    rendering.uses(f"list:{page.pk}")
    rows = listed_pages(page).select_related("picture", "locale").defer("body")[span]
    style = "cards" if page.listed in _CARDS else "list"
    shows = {"with_picture": style == "list", "large": heading != ""}
    return Section(heading, [_card(rendering, row, **shows) for row in rows], style, more)


def list_section(rendering: Rendering, page: ListPage, number: int) -> Section:
    """Give the items of one page of a list; `number` counts from 1."""
    span = slice((number - 1) * PER_PAGE, number * PER_PAGE)
    return _section(rendering, page, span)


def home_sections(rendering: Rendering, home: Page) -> list[Section]:
    """Give the newest items of each list below the home page."""
    rendering.uses(f"lists:{home.pk}")
    lists = ListPage.objects.child_of(home).live().select_related("locale").order_by("path")
    sections = [
        _section(
            rendering,
            each,
            slice(PREVIEWED),
            heading=each.title,
            more=rendering.page_href(each),
        )
        for each in lists
    ]
    return [section for section in sections if section.cards]


def card_digest(page: SitePage) -> str:
    """Give a mark that changes when what lists show of `page` changes."""
    shown = (page.title, page.lead, page.shown_on, page.picture_id)
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
