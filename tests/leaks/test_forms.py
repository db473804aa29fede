"""No form takes, or offers, what belongs to another organisation."""

from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from kafo.people.enums import Role
from kafo.people.models import Mandate, Person
from kafo.publishing.models import NewsPage, ReferenceList
from tests.leaks.addresses import every_address
from tests.leaks.rules import SHARED
from tests.leaks.test_matrix import ask, betrayed, may_open, rule_of
from tests.leaks.world import SECRETS, World

SIGNED_IN = ["director", "editor", "coordinator", "board", "editor_of_b", "director_of_c"]


def _choices(field: Any) -> str:
    return " ".join(f"{value} {label}" for value, label in field.choices)


def _faults(field: Any, foreign: list[Any]) -> list[str]:
    if isinstance(field, forms.ModelChoiceField):
        same = [each for each in foreign if isinstance(each, field.queryset.model)]
        taken = []
        for each in same:
            try:
                field.clean([each.pk] if hasattr(field, "hidden_widget_many") else each.pk)
                taken.append(str(each.pk))
            except ValidationError:
                pass
        return taken
    if hasattr(field, "choices"):
        shown = _choices(field)
        return [
            str(each.pk) for each in foreign if len(str(each.pk)) > 30 and str(each.pk) in shown
        ]
    return []


# Wagtail's choosers take any id; the form of a page then looks at what was chosen. See below.
CHECKED_WITH_THE_PAGE = {
    "wagtailadmin_pages:add",
    "wagtailadmin_pages:edit",
    "wagtailadmin_pages:revisions_revert",
}


@pytest.mark.parametrize("name", SIGNED_IN)
def test_it_offers_and_takes_only_what_is_one_s_own(world: World, name: str) -> None:
    client, faults, seen = world.client(name), [], 0
    letter = "B" if name.endswith("_of_b") else "A"
    other = "A" if letter == "B" else "B"
    shared = {each.pk for kind, each in world.records[letter].items() if kind in SHARED}
    foreign = [each for each in world.records[other].values() if each.pk not in shared]
    for address in every_address():
        record, _who = rule_of(address)
        if not may_open(name, address, letter) or address.key in CHECKED_WITH_THE_PAGE:
            continue
        response = ask(client, "get", address.filled(world.records[letter].get(record)))
        form = (response.context or {}).get("form") if response.status_code == 200 else None
        for field_name, field in getattr(form, "fields", {}).items():
            seen += 1
            if found := _faults(field, foreign):
                faults.append(f"{address.key}: {field_name} takes {found}")
    assert seen
    assert faults == []


def _still(world: World, name: str, path: str, model: Any, **data: Any) -> None:
    before = model.objects.count()
    client = world.client(name)
    response = client.post(path, data)
    response.read_body = response.content
    assert response.status_code in {404, 422}, response.status_code
    assert betrayed(name, response) == []
    assert model.objects.count() == before


def test_it_adds_no_person_to_a_foreign_organisation(world: World) -> None:
    foreign = world.records["B"]["organization"].pk
    _still(
        world,
        "director",
        reverse("people:person-add"),
        Person,
        family_name="New",
        organization=foreign,
        language="fr",
    )


def test_it_gives_no_mandate_in_a_foreign_organisation(world: World) -> None:
    _still(
        world,
        "director",
        reverse("people:mandate-add", args=[world.records["A"]["person"].pk]),
        Mandate,
        role=Role.READER,
        organization=world.records["B"]["organization"].pk,
        starts_on="2026-01-01",
        reason="Minutes of the board",
    )


def test_it_writes_nothing_below_a_foreign_page_or_with_a_foreign_picture(world: World) -> None:
    for changed in (
        {"below": world.records["B"]["news_list"].pk},
        {"picture": world.records["B"]["picture"].pk},
        {"upload": str(world.records["B"]["upload"].pk), "alternative": "x", "credit": "y"},
    ):
        data = {
            "below": world.records["A"]["news_list"].pk,
            "title": "Title",
            "lead": "Lead",
            "news_on": "2026-01-01",
            **changed,
        }
        _still(world, "editor", reverse("pages:add"), NewsPage, **data)


def test_it_imports_no_list_for_a_foreign_organisation(world: World) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    _still(
        world,
        "director",
        reverse("places:list-import"),
        ReferenceList,
        name_fr="Liste",
        organization=world.records["B"]["organization"].pk,
        source="Loi",
        as_of="2024-09-01",
        official_count="1",
        content=SimpleUploadedFile("l.csv", b"code,name,cercle,region\n1,Kati,Kati,Koulikoro\n"),
    )


def test_it_takes_no_foreign_picture_in_the_back_office(world: World) -> None:
    """Neither stored nor named, also when the form is refused for another reason."""
    page, foreign = world.records["A"]["page"], world.records["B"]["picture"].pk
    client = world.client("editor")
    whole = {"title": "Title", "slug": "item", "lead": "Lead", "news_on": "2007-07-09"}
    block = {
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "picture",
        "body-0-id": "",
        "body-0-value-picture": str(foreign),
        "body-0-value-caption": "",
    }
    for words in (whole, whole | {"title": ""}):
        for chosen in ({"body-count": "0", "picture": str(foreign)}, block):
            for name in ("edit", "preview_on_edit"):
                path = reverse(f"wagtailadmin_pages:{name}", args=[page.pk])
                answer = client.post(path, words | chosen)
                assert answer.status_code == 404, (name, words, chosen)
                assert SECRETS["B"] not in answer.content.decode()
    page.refresh_from_db()
    assert page.get_latest_revision_as_object().picture_id != foreign


def test_it_does_not_end_the_session_of_another(world: World) -> None:
    from allauth.usersessions.models import UserSession

    other = UserSession.objects.create(
        user=world.accounts["editor_of_b"], ip="127.0.0.1", session_key="x" * 32, user_agent=""
    )
    answer = world.client("director").post(reverse("usersessions_list"), {"end": str(other.pk)})
    assert answer.status_code == 404
    assert UserSession.objects.filter(pk=other.pk).exists()
