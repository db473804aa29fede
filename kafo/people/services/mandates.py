"""Giving and ending mandates: the only place where rights begin and end."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from kafo.people import permissions
from kafo.people.enums import Role
from kafo.people.models import Mandate, Organization, Person
from kafo.people.queries.protection import lacks_authorization
from kafo.people.services.acts import note_act, require
from kafo.records.errors import Refused


def _note(name: str, actor: Any, mandate: Mandate) -> None:
    note_act(
        name,
        actor=actor,
        record=mandate,
        organization_id=mandate.organization_id,
        person=str(mandate.person_id),
        role=mandate.role,
    )


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")


def _require_role(actor: Any, role: Role, organization: Organization) -> None:
    if actor is None or role in permissions.roles_to_give(actor, organization.pk):
        return
    raise Refused(
        _(
            "Mandates of directors and of board members are given and ended by the board. "
            "Ask a board member to do it."
        )
    )


@transaction.atomic
def give_mandate(
    *,
    actor: Any,
    person: Person,
    role: Role,
    organization: Organization,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    reason: str = "",
) -> Mandate:
    """Let `person` act as `role` in the organisation and its units, from `starts_at` or now.

    The rights hold at the person's next request. Raises NotVisible, and Refused: to oneself, for a
    role that another body gives, in wrong order of dates, twice, to a minor without authorisation.
    """
    starts_at = starts_at or timezone.now()
    mandate = Mandate(
        person=person,
        role=role,
        organization=organization,
        starts_at=starts_at,
        ends_at=ends_at,
        planned_ends_at=ends_at,
        reason=reason,
        given_by=getattr(actor, "person", None),
    )
    require(permissions.persons, actor, "view", person)
    require(permissions.mandates, actor, "add", mandate)
    if permissions.is_oneself(actor, person):
        raise Refused(_("Nobody gives a mandate to herself. Ask another person who may give it."))
    _require_role(actor, role, organization)
    if ends_at and ends_at <= max(starts_at, timezone.now()):
        raise Refused(_("It would be over before it begins. Correct one of the two dates."))
    if person.erased_at:
        raise Refused(_("The record of this person has been erased."))
    if lacks_authorization(person):
        raise Refused(
            _(
                "%(person)s is under 18: first record the signed authorisation of a parent or "
                "guardian, and approve it."
            )
            % {"person": person}
        )
    _require_no_double(mandate)
    mandate.save()
    _note("people.mandate.give", actor, mandate)
    return mandate


def _require_no_double(mandate: Mandate) -> None:
    Organization.objects.select_for_update().get(pk=mandate.organization_id)
    same = Mandate.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=mandate.starts_at),
        person=mandate.person,
        role=mandate.role,
        organization=mandate.organization,
    )
    if mandate.ends_at:
        same = same.filter(starts_at__lt=mandate.ends_at)
    held = same.first()
    if held is None:
        return
    if held.ends_at:
        raise Refused(
            _("The same mandate is there until %(day)s. Let the new one begin on that day.")
            % {"day": _day(held.ends_at)}
        )
    raise Refused(_("The same mandate is there already, without an end. Nothing is to be done."))


@transaction.atomic
def end_mandate(
    *, actor: Any, mandate: Mandate, ends_at: datetime | None = None, reason: str
) -> Mandate:
    """End it now, or at `ends_at`; its rights are gone at the next request after that.

    One that has not begun never will. Everybody may lay down her own. Raises NotVisible, and
    Refused: without a reason, in the past, for the last director, for a role of the board.
    """
    require(permissions.mandates, actor, "end", mandate)
    if not permissions.is_oneself(actor, mandate.person):
        _require_role(actor, Role(mandate.role), mandate.organization)
    if not reason.strip():
        raise Refused(_("Say why it ends: the reason is kept with the mandate."))
    now = timezone.now()
    has_begun = mandate.starts_at <= now
    ends_at = max(ends_at or now, mandate.starts_at)
    if mandate.ends_at and mandate.ends_at <= now:
        raise Refused(_("It ended on %(day)s already.") % {"day": _day(mandate.ends_at)})
    if mandate.ends_at and ends_at > mandate.ends_at:
        raise Refused(
            _("It ends on %(day)s already. To let it last longer, give a new one from that day.")
            % {"day": _day(mandate.ends_at)}
        )
    if (now - ends_at).total_seconds() > 60:
        raise Refused(_("What has been done under it cannot be undone: choose today or later."))
    if mandate.role == Role.DIRECTOR and has_begun:
        _require_successor(mandate, ends_at)
    mandate.ends_at, mandate.ended_reason = ends_at, reason.strip()
    mandate.save()
    _note("people.mandate.end", actor, mandate)
    return mandate


def _require_successor(mandate: Mandate, moment: datetime) -> None:
    # Two directors who end each other's mandate at the same moment wait for each other here.
    Organization.objects.select_for_update().get(pk=mandate.organization_id)
    others = Mandate.objects.at(moment).filter(
        role=Role.DIRECTOR, organization=mandate.organization_id
    )
    if not others.exclude(pk=mandate.pk).exclude(person=mandate.person_id).exists():
        raise Refused(
            _(
                "%(organization)s would have no director. Give the successor's mandate first, from "
                "the day on which this one ends."
            )
            % {"organization": mandate.organization}
        )


def give_again(*, actor: Any, mandate: Mandate) -> Mandate:
    """Give an ended mandate again with the same values, from now on: for one ended by mistake.

    Raises NotVisible, and Refused when it has not ended or its planned term is over.
    """
    require(permissions.mandates, actor, "view", mandate)
    now = timezone.now()
    if mandate.ends_at is None or mandate.ends_at > now:
        raise Refused(_("It has not ended: there is nothing to give again."))
    ended_early = bool(mandate.ended_reason)
    ends_at = mandate.planned_ends_at or (None if ended_early else mandate.ends_at)
    if ends_at and ends_at <= now:
        raise Refused(_("Its term is over. Give a new mandate with new dates."))
    return give_mandate(
        actor=actor,
        person=mandate.person,
        role=Role(mandate.role),
        organization=mandate.organization,
        ends_at=ends_at,
        reason=mandate.reason,
    )
