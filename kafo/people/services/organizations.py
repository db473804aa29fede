"""Organisations, their offices and their bodies."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kafo.people import permissions
from kafo.people.models import Body, Membership, Office, Organization
from kafo.people.services.acts import note_act, require, set_fields
from kafo.records.errors import Refused


@transaction.atomic
def add_organization(*, actor: Any, **values: Any) -> Organization:
    """Open the record of an organisation, a unit (`unit_of`) or a partner.

    Raises NotVisible, and Refused for a unit of an organisation that the actor may not change.
    """
    require(permissions.organizations, actor, "add")
    organization = Organization(**values)
    _require_place(actor, organization)
    organization.save()
    note_act(
        "people.organization.add",
        actor=actor,
        record=organization,
        organization_id=organization.pk,
    )
    _forget_rights(actor)
    return organization


@transaction.atomic
def change_organization(*, actor: Any, organization: Organization, **values: Any) -> Organization:
    """Change the fields given. Raises NotVisible, and Refused when it would be a unit of itself."""
    require(permissions.organizations, actor, "change", organization)
    changed = set_fields(organization, values)
    if not changed:
        return organization
    if {"unit_of", "is_partner"} & set(changed):
        _require_place(actor, organization)
    organization.save()
    note_act(
        "people.organization.edit",
        actor=actor,
        record=organization,
        organization_id=organization.pk,
        fields=changed,
    )
    _forget_rights(actor)
    return organization


def _require_place(actor: Any, organization: Organization) -> None:
    """Refuse a place in the tree that is a loop, is of others, or has nobody in charge."""
    above = organization.unit_of
    if above is not None:
        require(permissions.organizations, actor, "change", above)
        # Else a partner would reach what is for offices only, by way of its unit.
        organization.is_partner = organization.is_partner or above.is_partner
    elif actor is not None and not organization.is_partner:
        raise Refused(_("Say which organisation it is part of, or mark it as a partner."))
    while above is not None:
        if above.pk == organization.pk:
            raise Refused(
                _("%(name)s cannot be part of one of its own units. Choose another organisation.")
                % {"name": organization}
            )
        above = above.unit_of


def _forget_rights(actor: Any) -> None:
    """The tree has changed: what was worked out for this account in this request may not hold."""
    for kept in ("_organizations_by_right", "_partners"):
        getattr(actor, "__dict__", {}).pop(kept, None)


@transaction.atomic
def set_office(*, actor: Any, organization: Organization, **values: Any) -> Office:
    """Say where the office of an organisation is and in which languages it works.

    Raises NotVisible.
    """
    require(permissions.organizations, actor, "change", organization)
    office = Office.objects.filter(organization=organization).first()
    office = office or Office(organization=organization)
    is_new = office._state.adding
    changed = set_fields(office, values)
    if not (changed or is_new):
        return office
    office.save()
    note_act(
        "people.office.set",
        actor=actor,
        record=office,
        organization_id=organization.pk,
        fields=changed,
    )
    return office


@transaction.atomic
def add_body(*, actor: Any, organization: Organization, **values: Any) -> Body:
    """Set up a board, a core team or a committee. Raises NotVisible."""
    require(permissions.organizations, actor, "change", organization)
    body = Body.objects.create(organization=organization, **values)
    note_act("people.body.add", actor=actor, record=body, organization_id=organization.pk)
    return body


@transaction.atomic
def change_body(*, actor: Any, body: Body, **values: Any) -> Body:
    """Change name, kind or number of seats.

    Raises NotVisible, and Refused when there would be fewer seats than persons who sit there.
    """
    require(permissions.bodies, actor, "change", body)
    changed = set_fields(body, values)
    if not changed:
        return body
    taken = Membership.objects.on().filter(body=body).count()
    if "seats" in changed and 0 < body.seats < taken:
        raise Refused(
            _("%(taken)d persons sit in it. End a membership first, or keep that many seats.")
            % {"taken": taken}
        )
    body.save()
    note_act(
        "people.body.edit",
        actor=actor,
        record=body,
        organization_id=body.organization_id,
        fields=changed,
    )
    return body
