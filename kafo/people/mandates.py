"""From mandates to rights. Asked anew at each request, so that an ended mandate gives nothing."""

from collections import defaultdict
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from kafo.people.enums import Role
from kafo.people.models import Account, Mandate, Organization, Person

_rights_of_role: dict[str, set[str]] = defaultdict(set)


def grant_rights(role: Role, *rights: str) -> None:
    """Say that a mandate for `role` gives these rights ("room.verb"); called when rooms start."""
    _rights_of_role[role].update(rights)


def rights_of_role(role: Role) -> frozenset[str]:
    """Give the rights that a mandate for `role` carries."""
    return frozenset(_rights_of_role[role])


def _with_units(root: UUID, units: dict[UUID, set[UUID]]) -> set[UUID]:
    found, edge = {root}, {root}
    while edge:
        edge = {unit for above in edge for unit in units.get(above, ())} - found
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
        known, partners = _rights_from(Mandate.objects.at().filter(person=account.person_id))
        account.__dict__["_organizations_by_right"] = known
        account.__dict__["_partners"] = partners
    return known.get(right, set())


def partners_led(account: Account | AnonymousUser) -> dict[UUID, bool]:
    """Give the partners, and for each whether somebody leads it; nothing without a mandate.

    Kept on the account object as well.
    """
    organizations_where(account, "")
    partners: dict[UUID, bool] = account.__dict__.get("_partners", {})
    return partners


def _rights_from(rows: QuerySet[Mandate]) -> tuple[dict[str, set[UUID]], dict[UUID, bool]]:
    """Give the organisations of each right, and the partners: one query tells of both."""
    known: dict[str, set[UUID]] = {}
    mandates = list(rows)
    if not mandates:
        return known, {}
    leading = [role for role in Role if "people.mandate" in rights_of_role(role)]
    leads = Mandate.objects.at().filter(role__in=leading)
    is_led = Exists(leads.filter(organization=OuterRef("pk"))) | Exists(
        leads.filter(organization=OuterRef("unit_of"))
    )
    tree = Organization.objects.filter(Q(unit_of__isnull=False) | Q(is_partner=True)).order_by()
    units: dict[UUID, set[UUID]] = defaultdict(set)
    partners: dict[UUID, bool] = {}
    columns = ("id", "unit_of", "is_partner", "is_led")
    for pk, above, is_partner, has_lead in tree.annotate(is_led=is_led).values_list(*columns):
        if above:
            units[above].add(pk)
        if is_partner:
            partners[pk] = has_lead
    within = {root: _with_units(root, units) for root in {m.organization_id for m in mandates}}
    for mandate in mandates:
        for each in rights_of_role(Role(mandate.role)):
            known.setdefault(each, set()).update(within[mandate.organization_id])
    return known, partners


def rights_beyond(
    person: Person, account: Account | AnonymousUser, *, spare_own_gifts: bool = False
) -> set[str]:
    """Give the rights that `person` holds, or will hold, somewhere that `account` does not.

    Whoever could open the account of the person would gain them. With `spare_own_gifts`, mandates
    that the account itself gave, and may still give, do not count: it gains nothing by them.
    """
    lasting = Mandate.objects.filter(person=person).exclude(ends_at__lte=timezone.now())
    if spare_own_gifts and may(account, "people.mandate"):
        lasting = lasting.exclude(given_by=getattr(account, "person_id", None))
    return {
        right
        for right, organizations in _rights_from(lasting)[0].items()
        if not organizations <= organizations_where(account, right)
    }


def may(account: Account | AnonymousUser, right: str, organization_id: UUID | None = None) -> bool:
    """Say whether `account` has `right` in the organisation, or anywhere when None."""
    organizations = organizations_where(account, right)
    return bool(organizations) if organization_id is None else organization_id in organizations


def has_mandate(account: Account | AnonymousUser) -> bool:
    """Say whether `account` holds any mandate in force."""
    return may(account, "people.enter")
