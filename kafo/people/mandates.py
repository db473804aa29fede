"""From mandates to rights. Asked anew at each request, so that an ended mandate gives nothing."""

from collections import defaultdict
from uuid import UUID

from django.contrib.auth.models import AnonymousUser

from kafo.people.enums import Role
from kafo.people.models import Account, Mandate, Organization

_rights_of_role: dict[str, set[str]] = defaultdict(set)


def grant_rights(role: Role, *rights: str) -> None:
    """Say that a mandate for `role` gives these rights ("room.verb"); rooms call it when they start."""
    _rights_of_role[role].update(rights)


def rights_of_role(role: Role) -> frozenset[str]:
    """Give the rights that a mandate for `role` carries."""
    return frozenset(_rights_of_role[role])


def _with_units(roots: set[UUID]) -> set[UUID]:
    found, edge = set(roots), set(roots)
    while edge:
        edge = (
            set(Organization.objects.filter(unit_of__in=edge).values_list("id", flat=True)) - found
        )
        found |= edge
    return found


def organizations_where(account: Account | AnonymousUser, right: str) -> set[UUID]:
    """Give the ids of the organisations in which `account` has `right` at this moment.

    The answer is kept on the account object, which lives as long as one request.
    """
    if not isinstance(account, Account) or not account.is_active or account.person_id is None:
        return set()
    known: dict[str, set[UUID]] | None = account.__dict__.get("_organizations_by_right")
    if known is None:
        known = account.__dict__["_organizations_by_right"] = {}
        mandates = list(Mandate.objects.at().filter(person=account.person_id))
        within = {root: _with_units({root}) for root in {m.organization_id for m in mandates}}
        for mandate in mandates:
            for each in rights_of_role(Role(mandate.role)):
                known.setdefault(each, set()).update(within[mandate.organization_id])
    return known.get(right, set())


def may(account: Account | AnonymousUser, right: str, organization_id: UUID | None = None) -> bool:
    """Say whether `account` has `right` in the organisation, or anywhere when None."""
    organizations = organizations_where(account, right)
    return bool(organizations) if organization_id is None else organization_id in organizations


def has_mandate(account: Account | AnonymousUser) -> bool:
    """Say whether `account` holds any mandate in force."""
    return may(account, "people.enter")
