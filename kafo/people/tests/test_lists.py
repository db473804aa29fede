"""Lists cost the same at one row and at a hundred, and stay within their budget of queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kafo.people.enums import Role
from kafo.people.models import (
    Body,
    Mandate,
    Membership,
    Organization,
    Person,
    PersonLanguage,
    Post,
    PostTemplate,
    PostTemplateVersion,
    Skill,
)
from kafo.people.services.persons import add_person

BUDGET = 12
START_BUDGET = 20  # its parts belong to all rooms, and each asks for what is its own
LISTS = [
    "acts",
    "bodies",
    "mandates",
    "organizations",
    "persons",
    "posts",
    "skills",
    "templates",
]


def fill(cast: Any, number: int) -> None:
    """Add `number` rows to every list."""
    for at in range(number):
        person = add_person(
            actor=None, organization=cast.office, given_name=f"N{at}", family_name="Fictive"
        )
        PersonLanguage.objects.create(person=person, code="fr")
        template = PostTemplate.objects.create(title={"fr": f"Modèle {at}"})
        PostTemplateVersion.objects.create(template=template, text={"fr": "Faire."})
        post = Post.objects.create(organization=cast.office, template=template)
        body = Body.objects.create(organization=cast.office, name={"fr": f"Comité {at}"})
        Membership.objects.create(person=person, body=body)
        Membership.objects.create(person=person, post=post)
        Mandate.objects.create(person=person, organization=cast.office, role=Role.READER)
        Skill.objects.create(name={"fr": f"Savoir {at}"})
        Organization.objects.create(name={"fr": f"Unité {at}"}, unit_of=cast.office)


@pytest.fixture
def count(cast: Any) -> Any:
    client = Client()
    client.force_login(cast["director"])

    def queries(name: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(reverse(f"people:{name}")).status_code == 200
        return len(captured)

    return queries


def test_it_asks_the_database_as_often_for_a_hundred_rows_as_for_one(cast, count):
    fill(cast, 1)
    count("acts")  # learns the content types, once per process
    few = {name: count(name) for name in LISTS}
    fill(cast, 99)
    assert {name: count(name) for name in LISTS} == few
    assert {name: number for name, number in few.items() if number > BUDGET} == {}


def test_it_asks_the_database_as_often_for_a_start_page_with_much_to_say(cast):
    client = Client()
    client.force_login(cast["director"])

    def count() -> int:
        client.get("/desk/")  # counts what is past its period, once an hour
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get("/desk/").status_code == 200
        return len(captured)

    def more(number: int) -> None:
        for each in range(number):
            Post.objects.create(organization=cast.office, is_sought=True, title={"fr": f"P{each}"})
            Body.objects.create(organization=cast.office, name={"fr": f"C{each}"}, seats=3)
            Mandate.objects.create(
                person=cast.person("reader"),
                organization=cast.office,
                role=Role.READER,
                ends_at=timezone.now() + timedelta(days=2),
            )

    more(1)
    few = count()
    more(12)
    assert count() == few
    assert few <= START_BUDGET


def test_it_finds_a_person_with_or_without_accents(cast):
    Person.objects.create(organization=cast.office, given_name="Oumou", family_name="Sangaré")
    client = Client()
    client.force_login(cast["director"])
    for words in ("sangare", "SANGARÉ oumou"):
        assert (
            "Oumou Sangaré" in client.get(reverse("people:persons"), {"q": words}).content.decode()
        )
    assert (
        "Oumou Sangaré"
        not in client.get(reverse("people:persons"), {"q": "sangare moussa"}).content.decode()
    )


def test_it_finds_skills_and_languages_only_where_the_record_is_kept(cast):
    person = Person.objects.create(
        organization=cast.amm, family_name="Élue", visibility="federation"
    )
    PersonLanguage.objects.create(person=person, code="taq")
    client = Client()
    client.force_login(cast["director"])
    url = reverse("people:persons")
    assert "Élue" in client.get(url).content.decode()
    assert "Élue" not in client.get(url, {"language": "taq"}).content.decode()
    found = client.get(url, {"q": "elue"}).content.decode().split("<tbody>")[1]
    assert "tamasheq" not in found.lower()


def test_it_sorts_mandates_by_what_they_are_now(cast):
    Mandate.objects.filter(person=cast.person("editor")).update(
        ends_at=timezone.now() - timedelta(days=1)
    )
    Mandate.objects.filter(person=cast.person("reader")).update(
        ends_at=timezone.now() + timedelta(days=9)
    )
    client = Client()
    client.force_login(cast["director"])
    url = reverse("people:mandates")
    past, soon = (client.get(url, {"state": state}).content.decode() for state in ("past", "soon"))
    assert ("Editor Fictive" in past, "Reader Fictive" in past) == (True, False)
    assert ("Editor Fictive" in soon, "Reader Fictive" in soon) == (False, True)


def test_it_says_on_the_start_page_what_waits(cast):
    Mandate.objects.filter(person=cast.person("reader")).update(
        ends_at=timezone.now() + timedelta(days=9)
    )
    fill(cast, 1)
    Post.objects.update(is_sought=True, title={"fr": "Technicienne"})
    client = Client()
    client.force_login(cast["director"])
    page = client.get(reverse("desk:start")).content.decode()
    assert "Reader Fictive" in page
    assert page.count("Technicienne") == 2
    client.force_login(cast["reader"])
    page = client.get(reverse("desk:start")).content.decode()
    assert "Technicienne" not in page
