"""The fixed cast of this room's tests: one office with a unit, a partner that leads itself, another
partner that nobody leads yet, and one person per role. Nobody here is real."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.utils import timezone

from kafo.people.enums import BodyKind, Role
from kafo.people.models import Account, Body, Mandate, Office, Organization, Person

ROLES = {
    "director": Role.DIRECTOR,
    "board": Role.BOARD_MEMBER,
    "editor": Role.EDITOR,
    "journalist": Role.JOURNALIST,
    "technician": Role.TECHNICIAN,
    "coordinator": Role.COORDINATOR,
    "reader": Role.READER,
}


@dataclass
class Cast:
    """`cast["director"]` is an account; organisations are attributes."""

    federation: Organization
    office: Organization
    unit: Organization
    amm: Organization
    school: Organization
    team: Body
    accounts: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        account = self.accounts[name]
        # As at a new request: nothing is remembered of what the account may do.
        return Account.objects.get(pk=account.pk) if isinstance(account, Account) else account

    def person(self, name: str) -> Person:
        return self.accounts[name].person

    def mandate(self, name: str) -> Mandate:
        return Mandate.objects.get(person=self.person(name))


def make_account(organization: Organization, name: str) -> Account:
    person = Person.objects.create(
        organization=organization, given_name=name.capitalize(), family_name="Fictive"
    )
    return Account.objects.create(username=name, person=person, password="!")


@pytest.fixture(autouse=True)
def fresh_limits():
    """Attempts at the doors are counted in the cache: each test begins without."""
    cache.clear()


@pytest.fixture
def cast(db: None) -> Cast:
    federation = Organization.objects.create(name={"fr": "Fédération"}, short_name="FED")
    office = Organization.objects.create(
        name={"fr": "Bureau"}, short_name="BUR", unit_of=federation, country="ML"
    )
    Office.objects.create(organization=office, seat="Bamako", languages=["fr", "bm"])
    people = Cast(
        federation=federation,
        office=office,
        unit=Organization.objects.create(
            name={"fr": "Antenne"}, short_name="ANT", unit_of=office, country="ML"
        ),
        amm=Organization.objects.create(name={"fr": "AMM"}, short_name="AMM", is_partner=True),
        school=Organization.objects.create(name={"fr": "École"}, short_name="ECO", is_partner=True),
        team=Body.objects.create(
            organization=office, kind=BodyKind.CORE_TEAM, name={"fr": "Équipe"}, seats=15
        ),
    )
    begun = timezone.now() - timedelta(days=30)
    for name, role in ROLES.items():
        people.accounts[name] = account = make_account(office, name)
        Mandate.objects.create(
            person=account.person, role=role, organization=office, starts_at=begun
        )
    for name, role in {"amm_director": Role.DIRECTOR, "amm_editor": Role.EDITOR}.items():
        people.accounts[name] = account = make_account(people.amm, name)
        Mandate.objects.create(
            person=account.person, role=role, organization=people.amm, starts_at=begun
        )
    people.accounts["stranger"] = make_account(office, "stranger")
    people.accounts["anonymous"] = AnonymousUser()
    return people
