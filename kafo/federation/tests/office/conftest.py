"""Geneva's desk, with one account for each role."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kafo.federation.node import Node, forget_node
from kafo.federation.tests.office.desk import make_copy, make_node
from kafo.people.enums import Role
from kafo.people.models import Account, Mandate, Organization, Person


@dataclass
class Desk:
    """`desk[name]` is an account at a new request."""

    node: Node
    office: Organization
    partner: Organization
    copy: Organization
    accounts: dict[str, Account] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Account:
        return Account.objects.get(pk=self.accounts[name].pk)


def make_account(organization: Organization, name: str, role: Role | None) -> Account:
    person = Person.objects.create(
        organization=organization, given_name=name, family_name="Fictive"
    )
    if role:
        begun = timezone.now() - timedelta(days=1)
        Mandate.objects.create(person=person, role=role, organization=organization, starts_at=begun)
    return Account.objects.create(username=name, person=person, password="!", language="en")


@pytest.fixture
def desk(db, tmp_path):
    node = make_node(tmp_path / "federation")
    office = Organization.objects.create(
        name={"fr": "Genève"}, short_name="GEN", visibility="federation"
    )
    partner = Organization.objects.create(short_name="AMM", is_partner=True)
    made = Desk(node, office, partner, make_copy())
    for role in Role:
        made.accounts[role.value] = make_account(office, role.value, role)
    made.accounts["partner"] = make_account(partner, "partner", Role.DIRECTOR)
    made.accounts["stranger"] = make_account(office, "stranger", None)
    yield made
    forget_node("default")


@pytest.fixture
def signed_in(desk, client):
    """Gives a browser in which somebody is signed in."""

    def enter(name: str) -> Any:
        client.force_login(desk[name])
        return client

    return enter
