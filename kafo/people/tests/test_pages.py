"""Every page of the room opens for those who may and does not exist for the others."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kafo.people.enums import Cefr, Level, Profile, Purpose, Role
from kafo.people.models import (
    Consent,
    Mandate,
    Membership,
    Person,
    PersonLanguage,
    PersonSkill,
    Post,
    PostRequirement,
    PostTemplate,
    PostTemplateVersion,
    Skill,
)
from kafo.people.urls import _patterns
from kafo.records.enums import Visibility

TEAM = {"director", "board", "technician", "coordinator"}
OFFICE = TEAM | {"editor", "journalist", "reader"}
EDITORS = {"director", "coordinator"}
PARTNER = {"amm_director", "amm_editor"}

# Who gets an answer at each address of the room, for a record of the office.
DOORS = {
    "organizations": OFFICE | PARTNER,
    "organization-add": EDITORS | {"amm_director"},
    "organization": OFFICE,
    "organization-change": EDITORS,
    "office-change": EDITORS,
    "body-add": EDITORS,
    "bodies": OFFICE | PARTNER,
    "body": OFFICE,
    "body-change": EDITORS,
    "membership-end": EDITORS,
    "membership-restore": EDITORS,
    "persons": TEAM | {"amm_director"},
    "person-add": EDITORS | {"amm_director"},
    "person": TEAM,
    "person-change": EDITORS,
    "person-seat": EDITORS,
    "mandate-add": {"director", "board"},
    "person-skill": EDITORS,
    "person-language": EDITORS,
    "skill-drop": EDITORS,
    "language-drop": EDITORS,
    "skills": OFFICE | PARTNER,
    "skill-add": EDITORS,
    "skill-change": EDITORS,
    "matrix": TEAM | {"amm_director"},
    "posts": OFFICE | PARTNER,
    "post-add": EDITORS | {"amm_director"},
    "post": OFFICE,
    "post-change": EDITORS,
    "post-difference": OFFICE,
    "post-requirement": EDITORS,
    "requirement-drop": EDITORS,
    "templates": OFFICE,
    "template-add": {"director"},
    "template": OFFICE,
    "template-publish": {"director"},
    "mandates": TEAM | {"amm_director"},
    "mandate": TEAM,
    "mandate-end": {"director", "board"},
    "mandate-again": {"director", "board"},
    "acts": {"director", "board", "technician", "amm_director"},
}


@pytest.fixture
def records(cast: Any) -> dict[str, Any]:
    """One record per address; what hangs on a person hangs on the same person."""
    person = Person.objects.create(
        organization=cast.office,
        given_name="Awa",
        family_name="Fictive",
        email="awa@demo.example",
        phone="+223 00 00 00 00",
        note="Ne se dit pas.",
    )
    template = PostTemplate.objects.create(title={"fr": "Technique", "en": "Technician"})
    for number, text in ((1, "Garder la machine."), (2, "Garder les machines.")):
        PostTemplateVersion.objects.create(
            template=template,
            number=number,
            text={"fr": text},
            published_on=timezone.localdate(),
        )
    post = Post.objects.create(organization=cast.office, template=template, adopted_version=1)
    skill = Skill.objects.create(profile=Profile.TECHNICAL, name={"fr": "Serveur"})
    Membership.objects.create(person=person, body=cast.team)
    by_kind = {
        "organization": cast.office,
        "office": cast.office,
        "body": cast.team,
        "person": person,
        "membership": Membership.objects.create(person=person, post=post),
        "mandate": Mandate.objects.create(
            person=person,
            organization=cast.office,
            role=Role.READER,
            starts_at=timezone.now() - timedelta(days=9),
            ends_at=timezone.now() + timedelta(days=9),
        ),
        "skill": skill,
        "post": post,
        "template": template,
        "requirement": PostRequirement.objects.create(
            post=post, skill=skill, level=Level.PRACTISES
        ),
        "skill-drop": PersonSkill.objects.create(person=person, skill=skill, level=Level.BEGINS),
        "language-drop": PersonLanguage.objects.create(person=person, code="bm", level=Cefr.C2),
        "mandate-add": person,
        "body-add": cast.office,
    }
    return {name: by_kind.get(name) or by_kind.get(name.partition("-")[0]) for name in DOORS}


def address(name: str, records: dict[str, Any]) -> str:
    route = next(str(each.pattern) for each in _patterns if each.name == name)
    needs_record = "<uuid:pk>" in route
    return reverse(f"people:{name}", args=[records[name].pk] if needs_record else [])


@pytest.fixture
def open_page(cast: Any) -> Any:
    def get(who: str, url: str, **data: Any) -> Any:
        client = Client()
        if cast.accounts[who].is_authenticated:
            client.force_login(cast[who])
        return client.post(url, data) if data else client.get(url)

    return get


def test_it_has_a_rule_for_every_address():
    assert {each.name for each in _patterns} == set(DOORS)


@pytest.mark.parametrize("who", sorted(OFFICE | PARTNER | {"stranger"}))
def test_it_opens_to_those_who_may_and_is_not_there_for_others(cast, records, open_page, who):
    for name, allowed in DOORS.items():
        status = open_page(who, address(name, records)).status_code
        assert status == (200 if who in allowed else 404), (name, who)


def test_it_sends_whoever_is_not_signed_in_to_the_door(cast, records, open_page):
    for name in DOORS:
        answer = open_page("anonymous", address(name, records))
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/desk/sign-in/"), name


def test_it_shows_contact_fields_only_to_those_who_edit_or_to_oneself(cast, records, open_page):
    url = address("person", records)
    for who in TEAM:
        page = open_page(who, url).content.decode()
        for value in ("awa@demo.example", "+223 00 00 00 00", "Ne se dit pas."):
            assert (value in page) == (who in EDITORS), (who, value)
    own = reverse("people:person", args=[cast.person("reader").pk])
    Person.objects.filter(pk=cast.person("reader").pk).update(phone="+223 11 11 11 11")
    assert "+223 11 11 11 11" in open_page("reader", own).content.decode()


def test_it_exports_no_contact_field_in_the_list_of_persons(cast, records, open_page):
    answer = open_page("director", reverse("people:persons") + "?format=csv")
    text = b"".join(answer.streaming_content).decode()
    assert "Awa Fictive" in text
    assert "demo.example" not in text
    assert "+223" not in text


def test_it_shows_another_office_what_the_person_agreed_to_and_no_more(cast, records, open_page):
    person, url = records["person"], address("person", records)
    Person.objects.filter(pk=person.pk).update(visibility=Visibility.PUBLIC)
    page = open_page("amm_director", url).content.decode()
    assert "Awa Fictive" in page
    for value in ("awa@demo.example", "+223", "Ne se dit pas.", "Serveur", "Bambara", "C2"):
        assert value not in page, value
    Consent.objects.create(person=person, purpose=Purpose.DIRECTORY, given_at=timezone.now())
    page = open_page("amm_director", url).content.decode()
    assert "awa@demo.example" in page
    assert "C2" in page
    for value in ("+223", "Ne se dit pas.", str(cast.team.name)):
        assert value not in page, value


def test_it_marks_links_to_persons_only_for_those_who_may_read_them(cast, records, open_page):
    url, link = address("body", records), address("person", records)
    assert link in open_page("technician", url).content.decode()
    page = open_page("reader", url).content.decode()
    assert "Awa Fictive" in page
    assert link not in page


def test_it_holds_no_form_against_a_change_of_somebody_else(cast, records):
    client = Client()
    client.force_login(cast["director"])
    url = address("person-change", records)
    person = records["person"]
    sent = {
        "given_name": "Awa",
        "family_name": "Autre",
        "organization": cast.office.pk,
        "language": "fr",
        "version": (person.updated_at - timedelta(seconds=5)).isoformat(),
    }
    assert client.post(url, sent).status_code == 422
    assert client.post(url, {**sent, "version": ""}).status_code == 302
    person.refresh_from_db()
    assert (person.family_name, person.email) == ("Autre", "")


def test_it_says_at_the_day_that_an_end_comes_before_the_beginning(cast, records):
    client = Client()
    client.force_login(cast["director"])
    days = {"starts_on": "2040-02-01", "ends_on": "2040-01-31"}
    seat = {"place": f"body-{cast.team.pk}", "role": "member"}
    for name, sent in (("mandate-add", {"role": "reader"}), ("person-seat", seat)):
        answer = client.post(address(name, records), {**days, **sent})
        assert answer.status_code == 422
        assert "ends_on" in answer.context["form"].errors, name
        assert 'value="2040-01-31"' in answer.content.decode()


def test_it_moves_no_record_to_an_organisation_of_others(cast, records):
    client = Client()
    client.force_login(cast["coordinator"])
    sent = {"family_name": "Fictive", "organization": cast.amm.pk, "language": "fr"}
    assert client.post(address("person-change", records), sent).status_code == 422
    assert client.post(reverse("people:person-add"), sent).status_code == 422


def test_it_asks_at_most_twelve_queries_for_a_page(cast, records, django_assert_max_num_queries):
    client = Client()
    client.force_login(cast["director"])
    own = [f"account:{name}" for name in ("invitations", "authorizations", "register")]
    pages = [*(address(name, records) for name in DOORS), *map(reverse, own)]
    for page in pages:
        client.get(page)  # what is learnt once per process
        with django_assert_max_num_queries(12, info=page):
            answer = client.get(page)
        assert answer.status_code == 200
        assert "-----" not in answer.content.decode()  # an empty choice has a name
