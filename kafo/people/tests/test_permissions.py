"""Role by action by record: who may do what to what."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kafo.people import permissions
from kafo.people.enums import Role
from kafo.people.mandates import may
from kafo.people.models import Mandate, Membership, Person, Post, PostTemplate, Skill
from kafo.people.tests.conftest import Cast
from kafo.records.enums import Visibility
from kafo.records.models import new_id

EVERYBODY = {
    "director", "board", "editor", "journalist", "technician", "coordinator", "reader",
    "amm_director", "amm_editor", "stranger", "anonymous",
}  # fmt: skip
OFFICE = {"director", "board", "editor", "journalist", "technician", "coordinator", "reader"}
TEAM = {"director", "board", "technician", "coordinator"}
EDITORS = {"director", "coordinator"}
AMM = {"amm_director", "amm_editor"}

MATRIX = [
    ("organizations", "view", "office", OFFICE),
    ("organizations", "view", "amm", AMM),
    ("organizations", "change", "office", EDITORS),
    ("organizations", "change", "unit", EDITORS),
    ("organizations", "change", "federation", set()),
    ("organizations", "change", "amm", {"amm_director"}),
    ("organizations", "change", "school", EDITORS),
    ("persons", "view", "member", TEAM),
    ("persons", "view", "amm_member", {"amm_director"}),
    ("persons", "view", "school_member", TEAM),
    ("persons", "change", "member", EDITORS),
    ("persons", "contact", "member", EDITORS),
    ("persons", "give_mandate", "member", {"director", "board"}),
    ("persons", "erase_the_world", "member", set()),
    ("bodies", "view", "team", OFFICE),
    ("bodies", "change", "team", EDITORS),
    ("posts", "view", "post", OFFICE),
    ("posts", "change", "post", EDITORS),
    ("posts", "decide", "post", {"director", "board"}),
    ("memberships", "change", "membership", EDITORS),
    ("mandates", "view", "mandate", TEAM),
    ("mandates", "add", "mandate", {"director", "board"}),
    ("mandates", "end", "mandate", {"director", "board"}),
    ("templates", "view", "template", OFFICE),
    ("templates", "change", "template", {"director"}),
    ("skills", "view", "skill", OFFICE | AMM),
    ("skills", "change", "skill", EDITORS),
    ("acts", "view", None, {"director", "board", "technician", "amm_director"}),
]


@pytest.fixture
def records(cast: Cast) -> dict[str, Any]:
    member = Person.objects.create(organization=cast.unit, family_name="Membre")
    post = Post.objects.create(organization=cast.office, title={"fr": "Technique"})
    return {
        "office": cast.office,
        "unit": cast.unit,
        "federation": cast.federation,
        "amm": cast.amm,
        "school": cast.school,
        "team": cast.team,
        "member": member,
        "amm_member": Person.objects.create(organization=cast.amm, family_name="Élue"),
        "school_member": Person.objects.create(organization=cast.school, family_name="Maître"),
        "post": post,
        "membership": Membership.objects.create(person=member, post=post),
        "mandate": Mandate.objects.create(
            person=member, organization=cast.office, role=Role.READER
        ),
        "template": PostTemplate.objects.create(title={"fr": "Technique"}),
        "skill": Skill.objects.create(name={"fr": "Serveur"}),
        None: None,
    }


def test_it_gives_each_role_what_the_matrix_says_and_nothing_else(cast, records):
    for kind, action, name, expected in MATRIX:
        policy = getattr(permissions, kind)
        allowed = {who for who in EVERYBODY if policy.may(cast[who], action, records[name])}
        assert allowed == expected, (kind, action, name)


def test_it_lists_exactly_the_records_that_one_may_view(cast, records):
    for kind in ("organizations", "persons", "bodies", "posts", "memberships", "mandates"):
        policy = getattr(permissions, kind)
        singular = {"bodies": "team", "organizations": "office", "persons": "member"}
        model = type(records[singular.get(kind, kind[:-1])])
        for who in EVERYBODY:
            seen = set(policy.visible_to(cast[who], model.objects.all()))
            allowed = {each for each in model.objects.all() if policy.may(cast[who], "view", each)}
            assert seen == allowed, (kind, who)


def test_it_shows_everybody_her_own_record_and_mandates(cast):
    own = cast.person("reader")
    assert permissions.persons.may(cast["reader"], "contact", own)
    assert not permissions.persons.may(cast["reader"], "change", own)
    assert permissions.persons.visible_to(cast["reader"], Person.objects.all()).get() == own
    assert permissions.mandates.visible_to(cast["reader"], Mandate.objects.all()).count() == 1


def test_it_gives_nothing_after_the_end_of_a_mandate_without_any_job(cast):
    assert may(cast["director"], "people.edit", cast.office.pk)
    Mandate.objects.filter(person=cast.person("director")).update(
        ends_at=timezone.now() - timedelta(seconds=1)
    )
    assert not may(cast["director"], "people.edit", cast.office.pk)
    assert not permissions.persons.visible_to(
        cast["director"], Person.objects.exclude(pk=cast.person("director").pk)
    ).exists()


def test_it_gives_nothing_before_the_start_of_a_mandate(cast):
    Mandate.objects.filter(person=cast.person("director")).update(
        starts_at=timezone.now() + timedelta(hours=1)
    )
    assert not may(cast["director"], "people.enter")


def test_it_gives_nothing_to_an_account_that_is_switched_off(cast):
    account = cast["director"]
    account.is_active = False
    assert not may(account, "people.enter")


def test_it_reaches_the_units_but_not_what_is_above(cast):
    assert may(cast["director"], "people.edit", cast.unit.pk)
    assert not may(cast["director"], "people.edit", cast.federation.pk)


def test_it_leaves_a_partner_alone_once_somebody_leads_it(cast):
    director = cast["director"]
    assert permissions.organizations.may(director, "change", cast.school)
    head = Person.objects.create(organization=cast.school, family_name="Directrice")
    Mandate.objects.create(person=head, role=Role.DIRECTOR, organization=cast.school)
    assert not permissions.organizations.may(cast["director"], "change", cast.school)
    assert not permissions.persons.may(cast["director"], "view", head)


def test_it_does_not_let_a_partner_look_after_other_partners(cast):
    assert not permissions.organizations.may(cast["amm_director"], "view", cast.school)


def test_it_opens_a_record_to_other_offices_only_when_its_visibility_says_so(cast, records):
    member = records["member"]
    assert not permissions.persons.may(cast["amm_director"], "view", member)
    member.visibility = Visibility.FEDERATION
    member.save()
    assert permissions.persons.may(cast["amm_director"], "view", member)
    assert not permissions.persons.may(cast["amm_director"], "contact", member)
    assert not permissions.persons.may(cast["amm_editor"], "view", member)


def test_it_leaves_records_of_another_home_office_unwritten(cast, records):
    member = records["member"]
    member.home_office = new_id()
    assert permissions.persons.may(cast["director"], "view", member)
    assert not permissions.persons.may(cast["director"], "change", member)
