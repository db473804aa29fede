"""The public sites of the story, with their pages in every language that the texts have."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.files import File
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.models import Locale, Page, Site

from kafo.people.models import Organization
from kafo.publishing.models import (
    DocumentPage,
    ExternalLink,
    HomePage,
    ListPage,
    NewsPage,
    Picture,
    Place,
    PlacePage,
    PlainPage,
    ProjectPage,
    PublicSite,
    ReferenceEntry,
    ReferenceList,
    SitePage,
)
from kafo.publishing.notation import to_html
from kafo.publishing.services.lists import activate_list, import_list
from kafo.publishing.services.places import write_fact
from kafo.publishing.services.sites import add_address, create_site
from kafo.records.enums import Visibility
from kafo.records.languages import Translated

Row = dict[str, Any]
Tables = dict[str, list[Row]]
FOLDER = Path(__file__).parent

_INSIDE = re.compile(r"\[([^\]]+)\]\((news|project|page|document|place):([a-z0-9-]+)\)")
_KIND_OF_LIST = {"news": "news", "project": "projects", "place": "places", "document": "documents"}
_OLD_WORDS = {"news": "news", "project": "prj"}


class Library:
    """What was made so far, by key, for those who refer to it."""

    def __init__(self, organizations: dict[str, Organization], authors: dict[str, str]) -> None:
        self.organizations = organizations
        self.authors = authors
        self.sites: dict[str, PublicSite] = {}
        self.pictures: dict[tuple[str, str], Picture] = {}
        self.lists: dict[tuple[str, str], SitePage] = {}
        self.pages: dict[tuple[str, str, str], SitePage] = {}
        self.places: dict[str, Place] = {}

    def linked(self, text: str, language: str) -> str:
        """Give `text` with links to pages for its links to keys, in `language` where it can."""

        def link(found: re.Match[str]) -> str:
            words, kind, key = found.groups()
            page = self.pages.get((kind, key, language)) or self.pages.get((kind, key, "fr"))
            return f"[{words}](page:{page.pk})" if page else words

        return _INSIDE.sub(link, text)


def load_sites(
    tables: Tables,
    organizations: dict[str, Organization],
    authors: dict[str, str],
    *,
    port: int,
    progress: Callable[[str], None],
) -> None:
    """Make the public sites with pictures, places and pages, and publish them all."""
    library = Library(organizations, authors)
    Site.objects.all().delete()
    for page in Page.get_first_root_node().get_children():
        page.delete()
    for row in tables["site"]:
        _make_site(row, library, port)
    progress(_("pictures"))
    _load_pictures(tables, library)
    progress(_("places"))
    _load_places(tables, library)
    made = list(_make_pages(tables, library))
    for number, (page, row, language) in enumerate(made):
        if number % 25 == 0:
            progress(_("pages") + f" {number}/{len(made)}")
        page.body = list(_blocks(row, language, library))
        page.save_revision().publish()


def _make_site(row: Row, library: Library, port: int) -> None:
    main = row["default_locale"]
    site = create_site(
        slug=row["slug"],
        organization=library.organizations[row["organization"]],
        hosts=[row["host"]],
        port=port,
        locales=row["locales"],
        name=row["name"],
        tagline=row["tagline"],
        contact=row.get("contact", ""),
        tone=row.get("tone", "earth"),
    )
    home = HomePage.objects.get(pk=site.wagtail_site.root_page_id)
    home.title = home.draft_title = row["home_title"][main]
    home.lead = row["tagline"][main]
    home.save()
    library.sites[row["key"]] = site
    library.pages["home", row["key"], main] = home


def _load_pictures(tables: Tables, library: Library) -> None:
    wanted = {
        (row["site"], row["picture"])
        for table in ("news", "project", "page")
        for row in tables[table]
        if row.get("picture")
    } | {(row["key"], row["picture"]) for row in tables["site"] if row.get("picture")}
    for row in tables["picture"]:
        for key, site in library.sites.items():
            if (key, row["key"]) not in wanted:
                continue
            with (FOLDER / "pictures" / row["file"]).open("rb") as content:
                library.pictures[key, row["key"]] = Picture.objects.create(
                    title=row["title"]["fr"],
                    file=File(content, name=row["file"]),
                    collection=site.collection,
                    credit=row["credit"],
                    alternatives=Translated(row["alt"]),
                    description=row["alt"]["fr"],
                )


def _load_places(tables: Tables, library: Library) -> None:
    today = timezone.localdate()
    for row in tables["reference_list"]:
        organization = library.organizations[row["organization"]]
        about = {
            "organization": organization,
            "name": Translated(row["name"]),
            "source": row["source"][:200],
            "as_of": row["as_of"],
            "official_count": row["official_count"],
        }
        if "file" not in row:
            ReferenceList.objects.create(visibility=Visibility.PUBLIC, **about)
            continue
        content = (FOLDER / row["file"]).read_bytes()
        made = import_list(actor=None, content=content, **about)
        if row.get("is_active"):
            activate_list(actor=None, reference_list=made)
    for row in tables["place"]:
        organization = library.organizations[row["organization"]]
        place = Place.objects.create(
            organization=organization,
            name=row["name"],
            code=row["code"],
            cercle=row["cercle"],
            region=row["region"],
            is_under_delegation=row.get("is_under_delegation", False),
            visibility=Visibility.PUBLIC,
        )
        library.places[row["code"]] = place
        ReferenceEntry.objects.filter(
            list__organization=organization, code=row["code"], folded_name=place.folded_name
        ).update(place=place)
        for fact in row.get("fact", []):
            write_fact(
                actor=None,
                place=place,
                kind=fact["kind"],
                value=fact["value"],
                source=fact.get("source", ""),
                as_of=fact.get("as_of"),
                is_full=fact.get("is_full", True),
                as_words=fact.get("as_words", False),
                how=fact.get("checked_how", ""),
                checked_on=today - timedelta(days=fact.get("checked_days_ago", 30)),
            )


def _make_pages(tables: Tables, library: Library) -> Iterator[tuple[SitePage, Row, str]]:
    for row in tables["site"]:
        key, main = row["key"], row["default_locale"]
        home = library.pages["home", key, main]
        home.picture = library.pictures.get((key, row.get("picture", "")))
        texts = {
            **row,
            "body": row["home_intro"],
            "title": row["home_title"],
            "lead": row["tagline"],
        }
        yield home, texts, main
        for language in row["locales"]:
            if language != main and row["home_title"].get(language):
                other = HomePage(slug=f"{row['slug']}-{language}")
                _translate(other, home, texts, language)
                Page.get_first_root_node().add_child(instance=other)
                library.pages["home", key, language] = other
                yield other, texts, language
    for row in tables["list"]:
        for page, language in _in_all_languages(_list, row, library):
            library.lists[f"{row['site']}:{row['listed']}", language] = page
            yield page, row, language
    yield from _make_leaves(tables, library)


def _make_leaves(tables: Tables, library: Library) -> Iterator[tuple[SitePage, Row, str]]:
    rest: list[tuple[SitePage, Row, str]] = []
    for table, make in _LEAVES.items():
        for row in sorted(tables[table], key=lambda row: row.get("order", 0)):
            row["list"] = f"{row['site']}:{_KIND_OF_LIST.get(table)}"
            if table == "place":
                row["key"] = row["code"]
                row["title"] = dict.fromkeys(row["locales"], row["name"])
            for page, language in _in_all_languages(make, row, library):
                library.pages[table, row["key"], language] = page
                rest.append((page, row, language))
                if "old_id" in row:
                    old = {"what": _OLD_WORDS[table], "id": row["old_id"]}
                    # An old address without a language means French.
                    said = {} if language == "fr" else {"language": language}
                    address = f"index.php?{urlencode(old | said)}"
                    add_address(actor=None, page=page, address=address)
    yield from rest


def _in_all_languages(
    make: Callable[[Row, Library], SitePage], row: Row, library: Library
) -> Iterator[tuple[SitePage, str]]:
    site = library.sites[row["site"]]
    original: SitePage | None = None
    for language in site.locales:
        parent = library.lists.get((row.get("list", ""), language)) or library.pages.get(
            ("home", row["site"], language)
        )
        if parent is None or not row["title"].get(language):
            continue
        page = make(row, library)
        page.slug = _slug(row, language)
        page.author = library.authors.get(row.get("author", ""), "")
        page.picture = library.pictures.get((row["site"], row.get("picture", "")))
        if original is None:
            original = page
            page.meaning_version = 2 if row.get("stale") else 1
            _write(page, row, language)
        else:
            _translate(page, original, row, language)
            page.translator = library.authors.get(row.get("translator", ""), "")
        parent.refresh_from_db()
        parent.add_child(instance=page)
        yield page, language


def _translate(page: SitePage, original: SitePage, row: Row, language: str) -> None:
    page.translation_key = original.translation_key
    page.source_language = original.locale.language_code
    page.source_meaning = original.meaning_version - (language in row.get("stale", []))
    _write(page, row, language)


def _write(page: SitePage, row: Row, language: str) -> None:
    page.locale = Locale.objects.get(language_code=language)
    page.title = row["title"][language]
    page.lead = _text(row, "lead", language)
    page.picture_caption = _text(row, "caption", language)
    for name in ("means", "wanted", "where"):
        if isinstance(row.get(name), dict):
            setattr(page, name, row[name].get(language, ""))


def _slug(row: Row, language: str) -> str:
    return row["slug"] if isinstance(row["slug"], str) else row["slug"][language]


def _text(row: Row, name: str, language: str) -> str:
    return row.get(name, {}).get(language, "")


def _list(row: Row, library: Library) -> SitePage:
    return ListPage(listed=row["listed"], show_in_menus=True)


def _news(row: Row, library: Library) -> SitePage:
    return NewsPage(news_on=row["date"], updated_on=row.get("updated_on"))


def _place(row: Row, library: Library) -> SitePage:
    return PlacePage(place=library.places[row["code"]])


def _plain(row: Row, library: Library) -> SitePage:
    return PlainPage(show_in_menus=row.get("in_menu", False), in_footer=row.get("in_footer", False))


def _project(row: Row, library: Library) -> SitePage:
    partners = [str(library.organizations[key].name.in_language("fr")) for key in row["partners"]]
    where = row.get("where", "")
    return ProjectPage(
        where="" if isinstance(where, dict) else where,
        starts_on=row.get("starts_on"),
        ends_on=row.get("ends_on"),
        state=row.get("state", "running"),
        partners="\n".join([*partners, *row.get("partner_names", [])]),
    )


def _document(row: Row, library: Library) -> SitePage:
    site = library.sites[row["site"]]
    path = FOLDER / row["file"]
    documents = get_document_model().objects
    document = documents.filter(title=row["title"]["fr"], collection=site.collection).first()
    if document is None:
        with path.open("rb") as content:
            document = documents.create(
                title=row["title"]["fr"],
                file=File(content, name=path.name),
                collection=site.collection,
            )
    return DocumentPage(
        document=document,
        document_language=row["language"],
        pages_count=row.get("pages_count"),
        issued_on=row.get("issued_on"),
    )


_LEAVES: dict[str, Callable[[Row, Library], SitePage]] = {
    "news": _news,
    "project": _project,
    "place": _place,
    "document": _document,
    "page": _plain,
}


def _blocks(row: Row, language: str, library: Library) -> Iterator[tuple[str, Any]]:
    for link in row.get("dead_links", []):
        ExternalLink.objects.update_or_create(
            address=link["url"], defaults={"is_dead": True, "archived_on": link["archived_on"]}
        )
    for part in re.split(r"\n\n(?=## |> )|(?<=\n)(?=## |> )", _text(row, "body", language).strip()):
        mark, _, rest = part.partition(" ")
        words, _, after = rest.partition("\n\n")
        if mark == "##":
            yield "heading", words.strip()
        elif mark == ">":
            yield "quote", {"text": words.strip(), "source": ""}
        else:
            after = part
        if after.strip():
            yield "paragraph", to_html(library.linked(after.strip(), language))
