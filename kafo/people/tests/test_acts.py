"""The act log: in words, with weights, restricted to one's organisations, without values."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry, Page, PageLogEntry

from kafo.people.models import Person
from kafo.people.queries import acts as act_queries
from kafo.people.queries.acts import acts_in, of_weight
from kafo.people.services.acts import ACTS, forget_labels
from kafo.people.services.persons import add_person, change_person
from kafo.records.acts import weight_of
from kafo.records.enums import Weight


@pytest.fixture
def person(cast: Any) -> Person:
    return add_person(
        actor=cast["coordinator"],
        organization=cast.office,
        given_name="Awa",
        family_name="Fictive",
        phone="+223 00 00 00 00",
    )


@pytest.fixture
def read(cast: Any) -> Any:
    def get(who: str, **query: Any) -> str:
        client = Client()
        client.force_login(cast[who])
        answer = client.get(reverse("people:acts"), query)
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def test_it_notes_names_of_changed_fields_and_never_their_values(cast, person, read):
    change_person(actor=cast["director"], person=person, phone="+223 11 11 11 11", town="Kayes")
    entry = ModelLogEntry.objects.filter(action="people.person.edit").get()
    assert entry.data["fields"] == ["phone", "town"]
    assert "223" not in json.dumps(entry.data)
    assert "Kayes" not in json.dumps(entry.data)
    assert ": phone, town" not in read("director")  # but in words


def test_it_notes_nothing_when_nothing_changed(cast, person):
    change_person(actor=cast["director"], person=person, phone="+223 00 00 00 00")
    assert not ModelLogEntry.objects.filter(action="people.person.edit").exists()


def test_it_shows_the_acts_of_ones_organisation_only(cast, person, read):
    add_person(actor=cast["amm_director"], organization=cast.amm, family_name="Élue-de-l-AMM")
    office, partner = read("director"), read("amm_director")
    assert "Awa Fictive" in office
    assert "Élue-de-l-AMM" not in office
    assert "Élue-de-l-AMM" in partner
    assert "Awa Fictive" not in partner


def test_it_does_not_show_acts_that_belong_to_nobody(cast, person):
    ModelLogEntry.objects.all().update(data={})
    assert not acts_in({cast.office.pk}).exists()


def test_it_filters_by_person_kind_weight_and_time(cast, person, read):
    change_person(actor=cast["director"], person=person, town="Kayes")
    coordinator = cast["coordinator"].pk
    assert read("board", person=coordinator).count("<tr>") == 2
    assert read("board", kind="people.person.edit").count("<tr>") == 2
    assert read("board", weight=1).count("<tr>") == 3
    assert "<tr>" not in read("board", weight=5)
    ModelLogEntry.objects.filter(action="people.person.add").update(
        timestamp=timezone.now() - timedelta(days=9)
    )
    assert read("board", days=7).count("<tr>") == 2


def test_it_shows_page_acts_only_when_a_room_says_whose_they_are(cast, person, monkeypatch):
    page = Page.objects.get(depth=1)
    PageLogEntry.objects.log_action(
        instance=page, action="wagtail.publish", user=cast["editor"], title="Une nouvelle"
    )
    monkeypatch.setattr(act_queries, "_page_acts_where", [])
    assert acts_in({cast.office.pk}).count() == 1
    monkeypatch.setattr(
        act_queries,
        "_page_acts_where",
        [lambda ids: Q(page=page.pk) if cast.office.pk in ids else Q(pk=None)],
    )
    labels = [act["label"] for act in acts_in({cast.office.pk}).order_by("-timestamp")]
    assert labels == ["Une nouvelle", "Awa Fictive"]
    assert acts_in({cast.amm.pk}).count() == 0
    heavy = acts_in({cast.office.pk}, of_weight(Weight.PUBLISH))
    assert [act["label"] for act in heavy] == ["Une nouvelle"]


def test_it_exports_what_the_filters_show(cast, person):
    client = Client()
    client.force_login(cast["technician"])
    answer = client.get(reverse("people:acts"), {"format": "csv"})
    text = b"".join(answer.streaming_content).decode()
    assert "Awa Fictive" in text
    assert "Coordinator Fictive" in text
    assert client.get(reverse("people:acts"), {"format": "xlsx"}).status_code == 200


def test_it_forgets_the_name_of_a_person_who_was_erased(cast, person):
    forget_labels(person)
    assert not ModelLogEntry.objects.filter(label__contains="Awa").exists()
    assert ModelLogEntry.objects.filter(object_id=str(person.pk)).count() == 1


def test_it_weighs_every_act_of_the_room():
    assert {weight_of(name) for name in ACTS} <= set(Weight)
    assert weight_of("people.mandate.give") == Weight.DECIDE
    assert weight_of("people.person.edit") == Weight.EDIT
