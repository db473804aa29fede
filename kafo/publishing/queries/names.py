"""Where the name of somebody stands: in which texts of which site, and in which old versions."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.db.models.fields import CharField, TextField
from django.urls import reverse
from django.utils.text import slugify
from wagtail.documents import get_document_model
from wagtail.fields import StreamField
from wagtail.models import Page, Revision

from kafo.people.models import Person
from kafo.publishing.models import PAGE_TYPES, Fact, Picture, PublicSite
from kafo.records.languages import folded

CREDITS = ("author", "translator")
"""The fields of a page that say who made it; all others of its texts say what it is about."""
DRAFT_TITLE = "draft_title"
"""In a version this is the title of the draft before it, which nobody is shown."""
_NOT_TEXTS = {
    *("path", "url_path", "slug", "lock_type", "source_language", "document_language"),
    *("state", "listed"),
}
_PICTURE_TEXTS = ("title", "description", "alternatives")


ADDRESS, SURNAME = "address", "surname"
"""What a key begins with where nothing is replaced: a page's address, the surname alone."""
SHORTEST_SURNAME = 4


class Name:
    """The ways in which somebody is named, looked for as whole words whatever their case."""

    flags = re.IGNORECASE

    def __init__(self, words: Iterable[str]) -> None:
        known = dict.fromkeys(word for word in words if word.strip())
        self.words = sorted(known, key=len, reverse=True)  # of two alike the first stays first
        forms = (r"\s+".join(map(re.escape, word.split())) for word in self.words)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", self.flags)
        names = [word for word in self.words if word[-1:].isalpha() and "@" not in word]
        self._slugs = {slug for word in names if (slug := slugify(folded(word)))}

    def is_in_address(self, slug: str) -> bool:
        """Say whether the name stands in the last part of a page's address."""
        return any(f"-{each}-" in f"-{slugify(folded(slug))}-" for each in self._slugs)

    def is_in(self, value: Any) -> bool:
        """Say whether the name stands anywhere in a text, or in the texts of a structure."""
        if isinstance(value, str):
            return bool(self.words) and bool(self._pattern.search(value))
        if isinstance(value, dict):
            return any(self.is_in(each) for each in value.values())
        return isinstance(value, (list, tuple)) and any(self.is_in(each) for each in value)

    def without(self, value: Any, instead: str) -> Any:
        """Give the value with `instead` in the place of the name."""
        if isinstance(value, str):
            return self._pattern.sub(lambda _found: instead, value)
        if isinstance(value, dict):
            return type(value)((key, self.without(each, instead)) for key, each in value.items())
        return [self.without(each, instead) for each in value] if isinstance(value, list) else value

    def near(self, column: str) -> Q:
        """Give a condition that a stored text may hold the name, whatever way it is stored in.

        Letters beyond ASCII are stored differently by each database, so that only the longest piece
        without any is asked for.
        """
        condition = Q()
        for word in self.words:
            piece = max(re.split(r"[^A-Za-z0-9]+", word), key=len)
            if len(piece) < 2:
                return ~Q(pk=None)
            condition |= Q(**{f"{column}__icontains": piece})
        return condition


class Surname(Name):
    """The surname alone, as a capital begins it; it may be somebody else's."""

    flags = re.NOFLAG

    def __init__(self, words: Iterable[str]) -> None:
        known = list(words)
        self.full = Name(known)
        surname = _surname_of(known)
        plain = unicodedata.normalize("NFD", surname)
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
        super().__init__({surname, surname.upper(), plain, plain.upper()})

    def is_in(self, value: Any) -> bool:
        return super().is_in(self.full.without(value, ""))

    def is_in_address(self, slug: str) -> bool:
        return super().is_in_address(slug) and not self.full.is_in_address(slug)

    def is_telling(self) -> bool:
        """Say whether it points to the person: long enough, and nobody else here bears it."""
        if not self.words or len(self.words[0]) < SHORTEST_SURNAME:
            return False
        same = Person.objects.filter(folded_name__startswith=f"{folded(self.words[0])} ")
        return not same.filter(erased_at=None).exists()


def _surname_of(words: list[str]) -> str:
    """Give what the first way to name the person ends with and another one begins with."""
    for number, first in enumerate(words):
        parts = first.split()
        for other in words[number + 1 :]:
            for cut in range(1, len(parts)):
                if other.split() == parts[cut:] + parts[:cut]:
                    return " ".join(parts[cut:])
    return ""


def text_fields(model: type[Model]) -> list[str]:
    """Give the names of a page type's fields that hold texts other than credits."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, (CharField, TextField, StreamField))
        and field.name not in {*_NOT_TEXTS, *CREDITS}
    ]


def raw(value: Any) -> Any:
    """Give a field's value as plain texts and lists."""
    return list(value.raw_data) if hasattr(value, "raw_data") else value


def content_of(revision: Revision) -> dict[str, Any]:
    """Give what a version of a page says, its body unpacked."""
    content = dict(revision.content)
    if isinstance(body := content.get("body"), str):
        content["body"] = json.loads(body or "[]")
    return content


def versions_near(name: Name, page_id: int | None = None) -> QuerySet[Revision]:
    """Give the versions of pages that may hold the name."""
    rows = Revision.page_revisions.filter(name.near("content") | name.near("object_str"))
    return rows.filter(object_id=str(page_id)) if page_id else rows


@dataclass(frozen=True)
class NamingText:
    """A text that names somebody: its key, what to call it, and where it is worked on."""

    key: str
    title: str
    url: str


def is_by_hand(key: str) -> bool:
    """Say whether what the key stands for is changed one by one and never replaced for all."""
    return key.partition(":")[0] in {ADDRESS, SURNAME}


def naming_texts(name: Name, site: PublicSite) -> Iterator[NamingText]:
    """Give the texts of a site that hold the name, and the addresses of pages that do."""
    condition = Q(pk__in=())
    for home in site.homes().values():
        condition |= Q(path__startswith=home.path)
    drafts = {int(row.object_id) for row in versions_near(name).only("object_id")}
    for model in PAGE_TYPES:
        fields = text_fields(model)
        rows = model.objects.filter(condition).values_list("pk", "slug", *fields)
        for pk, slug, *values in rows.iterator():
            if name.is_in_address(slug) and (found := text_of(f"{ADDRESS}:{pk}", name)):
                yield found
            if pk in drafts or any(name.is_in(raw(value)) for value in values):
                found = text_of(f"page:{pk}", name)
                if found:
                    yield found
    keys = [
        *(f"picture:{pk}" for pk in _pks(Picture.objects.filter(collection=site.collection_id))),
        *(
            f"document:{pk}"
            for pk in _pks(get_document_model().objects.filter(collection=site.collection_id))
        ),
    ]
    facts = Fact.objects.filter(name.near("value"), place__organization=site.organization_id)
    for key in [*keys, *(f"fact:{pk}" for pk in _pks(facts))]:
        found = text_of(key, name)
        if found:
            yield found


def _pks(rows: Any) -> Any:
    return rows.values_list("pk", flat=True)


def text_of(key: str, name: Name) -> NamingText | None:
    """Give the text with this key if it holds the name now, else None."""
    kind, _colon, pk = key.partition(":")
    if kind == SURNAME:
        found = text_of(pk, Surname(name.words))
        return replace(found, key=key) if found else None
    if kind == ADDRESS:
        page: Any = Page.objects.filter(pk=pk).first()
        if page is None or not name.is_in_address(page.slug):
            return None
        return NamingText(key, f"…/{page.slug}/", reverse("wagtailadmin_pages:edit", args=[pk]))
    if kind == "page":
        page = Page.objects.filter(pk=pk).first()
        if page is None:
            return None
        page = page.specific
        values = [raw(getattr(page, field)) for field in text_fields(type(page))]
        last = page.latest_revision
        said = content_of(last) if last else {}
        drafted = [
            value
            for field, value in said.items()
            if field in text_fields(type(page)) and field != DRAFT_TITLE
        ]
        if not name.is_in([*values, *drafted]):
            return None
        return NamingText(key, page.title, reverse("pages:write", args=[pk]))
    if kind == "picture":
        picture = Picture.objects.filter(pk=pk).first()
        if picture and name.is_in([getattr(picture, field) for field in _PICTURE_TEXTS]):
            return NamingText(key, picture.title, reverse("pages:picture-change", args=[pk]))
    elif kind == "document":
        document = get_document_model().objects.filter(pk=pk).first()
        if document and name.is_in(document.title):
            return NamingText(key, document.title, reverse("wagtaildocs:edit", args=[pk]))
    elif kind == "fact":
        fact = Fact.objects.select_related("place").filter(pk=pk).first()
        if fact and name.is_in(fact.value):
            url = reverse("places:fact", args=[fact.place_id, fact.kind])
            return NamingText(key, str(fact), url)
    return None
