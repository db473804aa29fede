"""The part of a baked page that is its own: everything but head, menu and foot."""

from typing import Any
from urllib.parse import urlsplit

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import override

from kafo.publishing.baking.bodies import body_html, caption_of, words_of
from kafo.publishing.baking.cards import count_of_list_pages, home_sections, list_section
from kafo.publishing.baking.frames import language_name, sheet
from kafo.publishing.baking.glance import answers_of, place_line
from kafo.publishing.baking.pictures import SitePictures
from kafo.publishing.baking.rendering import Rendering
from kafo.publishing.models import (
    DocumentPage,
    HomePage,
    ListPage,
    NewsPage,
    PlacePage,
    PublicSite,
    SitePage,
)
from kafo.publishing.models.sites import site_path

TEXT_VIEW = "texte/"


def _translations(rendering: Rendering, page: SitePage) -> dict[str, str]:
    """Give where the page is in each language that it has, in the order of the site."""
    rendering.uses(f"translations:{page.translation_key}")
    rows = {
        other.locale.language_code: site_path(other)
        for other in type(page)
        .objects.filter(translation_key=page.translation_key, live=True)
        .select_related("locale")
    }
    return {code: rows[code] for code in rendering.site.locales if code in rows}


def _lead_figure(rendering: Rendering, page: SitePage) -> Any:
    picture = page.picture
    if picture is None or isinstance(page, ListPage | HomePage):
        return None
    caption = caption_of(page.picture_caption, picture)
    return {"html": rendering.figure(picture), "caption": caption}


def _context(rendering: Rendering, page: SitePage, number: int, view: str) -> dict[str, Any]:
    """Give what both views of a page show."""
    with_pictures = view == "full"
    source = page.source()
    stale_href = ""
    if source is not None:
        rendering.uses(f"translations:{page.translation_key}")
        if page.is_stale():
            stale_href = rendering.page_href(source)
    answers = answers_of(rendering, page)
    sections, pagination = [], []
    if isinstance(page, HomePage):
        sections = home_sections(rendering, page)
    elif isinstance(page, ListPage):
        sections = [list_section(rendering, page, number)]
        pagination = _pagination(rendering, page, number, view)
    return {
        "page": page,
        "site": rendering.site,
        "rendering": rendering,
        "is_home": isinstance(page, HomePage),
        "is_news": isinstance(page, NewsPage),
        "is_place": isinstance(page, PlacePage),
        "asks_whether_useful": not isinstance(page, HomePage | ListPage),
        "number": number,
        "permanent": f"{urlsplit(rendering.site.root_url).netloc}/{site_path(page)}",
        "source": source,
        "stale_href": stale_href,
        "answers": answers,
        "place_line": (place_line(page.place, len(answers)) if isinstance(page, PlacePage) else ""),
        "download_href": (
            rendering.document_href(page.document) if isinstance(page, DocumentPage) else ""
        ),
        "figure": _lead_figure(rendering, page) if with_pictures else None,
        "body": body_html(rendering, page.body, with_pictures=with_pictures),
        "sections": sections,
        "pagination": pagination,
    }


def _pagination(
    rendering: Rendering, page: ListPage, number: int, view: str
) -> list[tuple[int, str]]:
    base = site_path(page)
    tail = TEXT_VIEW if view == "text" else ""
    count = count_of_list_pages(page)
    if count == 1:
        return []
    near = sorted({1, count, *range(max(1, number - 2), min(count, number + 2) + 1)})
    return [
        (each, rendering.href((base if each == 1 else f"{base}{each}/") + tail)) for each in near
    ]


def render_page(
    page: SitePage,
    site: PublicSite,
    *,
    path: str,
    number: int = 1,
    pictures: SitePictures | None = None,
) -> tuple[dict[str, Any], Rendering]:
    """Render both views of `page` in its own language.

    Gives the parts that `frames.join` puts into the frame, and the rendering that knows what the
    page was made from. `number` is the page of a list; `pictures` says where pictures come from.
    """
    language = page.language
    with override(language):
        pictures = pictures or SitePictures(site.slug)
        full = Rendering(site, language, path, pictures)
        shown = _context(full, page, number, "full")
        main = render_to_string("publishing/site/page.html", shown)
        languages = _translations(full, page)
        plain = Rendering(site, language, path + TEXT_VIEW, pictures)
        context = _context(plain, page, number, "text")
        context["languages"] = [
            (code, language_name(code), plain.href(other))
            for code, other in languages.items()
            if code != language
        ]
        context["css"] = sheet("text.css")
        context["icon_href"] = plain.href("favicon.svg")
        context["home_href"] = plain.href(f"{language}/")
        context["parent"] = _parent(plain, page)
        text = render_to_string("publishing/site/text.html", context)
    full.uses(*plain.keys, f"site:{site.slug}")
    parts = {
        "title": page.seo_title or page.title,
        "description": page.search_description or page.lead,
        "main": _squeezed(main),
        "text": _squeezed(text),
        "words": _words(shown) if number == 1 else "",
        "is_wide": page.is_wide,
        "languages": languages,
    }
    return parts, full


def _parent(rendering: Rendering, page: SitePage) -> tuple[str, str] | None:
    if isinstance(page, HomePage) or page.depth <= 3:
        return None
    parent = page.get_parent()
    href = rendering.page_href(parent)
    return (href, parent.title) if href else None


def _squeezed(html: str) -> str:
    """Take out the empty lines and the indents that templates leave."""
    lines = (line.strip() for line in html.splitlines())
    return "\n".join(line for line in lines if line)


def _words(shown: dict[str, Any]) -> str:
    """Give the page's own words, without what it shows of others."""
    answers = (f"<p>{answer.name} {answer.value}</p>" for answer in shown["answers"])
    return words_of(f"{escape(shown['page'].lead)} {shown['body']} {' '.join(answers)}")
