"""The numbers of kinds and fields, and what of a person may travel."""

import json
from datetime import date
from pathlib import Path

import pytest

from kafo.federation.kinds import audience_of, kinds, values_of, wire_of
from kafo.people.enums import Purpose
from kafo.people.models import (
    Consent,
    GuardianAuthorization,
    Mandate,
    Membership,
    Organization,
    Person,
    PersonSkill,
    Skill,
)
from kafo.people.protection import OPTIONAL_PURPOSES, personal_fields
from kafo.people.services.protection import give_consent, withdraw_consent
from kafo.records.enums import Visibility

RECORDED = Path(__file__).with_name("kinds.json")


def test_it_never_changes_a_number():
    """Whoever adds a kind or a field adds it to kinds.json; what stands there stays."""
    now = {
        str(kind): {
            "model": model._meta.label,
            "fields": {str(number): name for number, name in wire_of(model).fields.items()},
        }
        for kind, model in sorted(kinds().items())
    }
    assert now == json.loads(RECORDED.read_text())


def test_it_numbers_kinds_by_room():
    ranges = {"federation": range(1, 100), "people": range(100, 200), "publishing": range(200, 300)}
    assert [kind for kind, m in kinds().items() if kind not in ranges[m._meta.app_label]] == []


def test_it_sends_no_field_of_a_person_that_no_consent_opens():
    opened = {
        entry.key
        for entry in personal_fields()
        if entry.visibility(OPTIONAL_PURPOSES) != Visibility.HOME
    }
    about_persons = {entry.model for entry in personal_fields()}
    travelling = {
        f"{model._meta.label_lower}.{name}"
        for model in kinds().values()
        if model in about_persons
        for name in wire_of(model).fields.values()
        if name != "person"
    }
    assert travelling <= opened
    assert not {Mandate, Membership, Consent, GuardianAuthorization} & set(kinds().values())


@pytest.fixture
def person(db):
    organization = Organization.objects.create(short_name="Bureau")
    return Person.objects.create(
        organization=organization,
        given_name="Awa",
        family_name="Traoré",
        email="awa@example.org",
        phone="+223 1",
        born_on=date(1990, 1, 1),
        note="private",
        visibility=Visibility.PUBLIC,
    )


def test_it_tells_nothing_of_a_person_who_was_not_asked(person):
    assert audience_of(person) == "home"


def test_it_tells_what_a_person_consented_to_and_no_more(person):
    give_consent(actor=None, person=person, purpose=Purpose.DIRECTORY, wording="yes")
    person.refresh_from_db()
    held = PersonSkill.objects.create(person=person, skill=Skill.objects.create())
    assert audience_of(person) == audience_of(held) == "federation"
    told = dict(
        zip(wire_of(person).fields.values(), values_of(person, "federation").values(), strict=True)
    )
    assert told == {
        "organization": person.organization_id.bytes,
        "given_name": "Awa",
        "family_name": "Traoré",
        "email": "awa@example.org",
        "town": "",
        "is_fictional": False,
    }
    assert values_of(person, "public")[4] == ""
    withdraw_consent(actor=None, person=person, purpose=Purpose.DIRECTORY)
    person.refresh_from_db()
    held.refresh_from_db()
    assert audience_of(person) == audience_of(held) == "home"


def test_it_tells_nothing_of_a_minor_without_authorisation(person):
    give_consent(actor=None, person=person, purpose=Purpose.DIRECTORY, wording="yes")
    person.refresh_from_db()
    person.born_on = date(2020, 1, 1)
    assert audience_of(person) == "home"
