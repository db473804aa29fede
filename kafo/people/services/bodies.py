"""Who sits in a body or holds a post, from when to when; what has been is kept."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from kafo.people import permissions
from kafo.people.enums import SeatRole
from kafo.people.models import Body, Membership, Person, Post
from kafo.people.queries.posts import overlapping
from kafo.people.services.acts import note_act, require
from kafo.records.errors import Refused


def _organization_id(membership: Membership) -> Any:
    place: Any = membership.body or membership.post
    return place.organization_id


def _note(name: str, actor: Any, membership: Membership) -> None:
    note_act(
        name,
        actor=actor,
        record=membership,
        organization_id=_organization_id(membership),
        person=str(membership.person_id),
    )


def _require_room(membership: Membership) -> None:
    """Refuse a second seat for the same person, and more persons than there are seats."""
    place: Any = membership.body or membership.post
    # Two who give the last seat at the same moment wait for each other here.
    type(place)._default_manager.select_for_update().get(pk=place.pk)
    # A start that nobody knows does not reach back to those who left long ago.
    begin = membership.starts_on or min(
        timezone.localdate(), membership.ends_on or timezone.localdate()
    )
    rows = place.memberships.exclude(pk=membership.pk)
    others = list(overlapping(rows, begin, membership.ends_on))
    if any(other.person_id == membership.person_id for other in others):
        raise Refused(
            _("%(person)s is already in “%(place)s” in this period. End that membership first.")
            % {"person": membership.person, "place": place}
        )
    # Most sit there on the first day or when another one comes.
    days = {max(begin, other.starts_on or begin) for other in others}
    if place.seats and any(
        sum(other.holds_on(day) for other in others) >= place.seats for day in days
    ):
        raise Refused(
            _(
                "All seats of “%(place)s” are taken in this period (%(seats)d). "
                "End a membership first, or raise the number of seats."
            )
            % {"place": place, "seats": place.seats}
        )


@transaction.atomic
def add_membership(
    *,
    actor: Any,
    person: Person,
    body: Body | None = None,
    post: Post | None = None,
    role: SeatRole = SeatRole.MEMBER,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Membership:
    """Give `person` a seat in `body` or the `post`, from `starts_on` until the day `ends_on`.

    A post whose seats are then all held is no longer sought. Raises NotVisible, and Refused when
    there is no room or the dates are in the wrong order.
    """
    membership = Membership(
        person=person, body=body, post=post, role=role, starts_on=starts_on, ends_on=ends_on
    )
    require(permissions.persons, actor, "view", person)
    require(permissions.memberships, actor, "change", membership)
    if starts_on and ends_on and ends_on <= starts_on:
        raise Refused(_("It would end before it starts. Correct one of the two dates."))
    _require_room(membership)
    membership.save()
    _note("people.membership.add", actor, membership)
    if post and post.is_sought and Membership.objects.on().filter(post=post).count() >= post.seats:
        post.is_sought = False
        post.save(update_fields=["is_sought", "updated_at"])
    return membership


@transaction.atomic
def end_membership(
    *, actor: Any, membership: Membership, ends_on: date | None = None
) -> Membership:
    """End it on `ends_on` (today when None), the first day on which it no longer holds.

    Raises NotVisible, and Refused when it would end before it started.
    """
    require(permissions.memberships, actor, "change", membership)
    ends_on = ends_on or timezone.localdate()
    if membership.starts_on and ends_on <= membership.starts_on:
        raise Refused(
            _("It started on %(day)s. Give a later day.")
            % {"day": formats.date_format(membership.starts_on)}
        )
    membership.ends_on = ends_on
    membership.save()
    _note("people.membership.end", actor, membership)
    return membership


@transaction.atomic
def restore_membership(*, actor: Any, membership: Membership) -> Membership:
    """Take back its end, as if it had not been ended.

    Raises NotVisible, and Refused when the seat has been taken since.
    """
    require(permissions.memberships, actor, "change", membership)
    membership.ends_on = None
    _require_room(membership)
    membership.save()
    _note("people.membership.restore", actor, membership)
    return membership
