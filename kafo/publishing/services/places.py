"""Writing and confirming facts, opening places."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from kafo.publishing.facts import clean_value
from kafo.publishing.models import (
    CheckedHow,
    Fact,
    Place,
    ReferenceEntry,
    ReviewTask,
    TaskKind,
)
from kafo.publishing.permissions.places import entry_policy, place_policy
from kafo.publishing.queries.tasks import MINUTES
from kafo.publishing.services.tasks import credit_task
from kafo.records.acts import record_act
from kafo.records.enums import Visibility
from kafo.records.errors import Refused
from kafo.records.permissions import Policy


def require(policy: Policy, actor: Any, action: str, record: Model) -> None:
    """Ask the policy, unless the node itself acts (`actor` None: a command, the demonstration)."""
    if actor is not None:
        policy.require(actor, action, record)


@transaction.atomic
def write_fact(
    *,
    actor: Any,
    place: Place,
    kind: str,
    value: str,
    source: str = "",
    as_of: date | None = None,
    is_full: bool = True,
    as_words: bool = False,
    how: str = "",
    checked_on: date | None = None,
    minutes: int | None = None,
) -> Fact:
    """Write or correct one fact; whoever writes it has made sure of it, so its clock starts anew.

    `as_words` keeps a value that cannot take the form of its kind. Raises NotVisible, or Refused
    when the value has not the form.
    """
    require(place_policy, actor, "change", place)
    place = Place.objects.select_for_update().get(pk=place.pk)
    known = Fact.objects.filter(place=place, kind=kind).first()
    fact = known or Fact(place=place, kind=kind, visibility=Visibility.PUBLIC)
    old_value, had_source = fact.value, bool(fact.source and fact.as_of)
    fact.value = value.strip() if as_words else _in_form(kind, value)
    if not fact.value:
        raise Refused(_("Write the value, or take the fact away."))
    fact.in_form = not as_words
    fact.is_full = is_full
    fact.source = source.strip()
    fact.as_of = as_of
    fact.checked_on = checked_on or timezone.localdate()
    fact.checked_by = actor.person if actor else None
    fact.checked_how = how
    fact.save()
    if known is None:
        task = TaskKind.FILL
    elif old_value == fact.value and not had_source:
        task = TaskKind.SOURCE
    else:
        task = TaskKind.CONFIRM
    _credit(actor, fact, task, minutes)
    # What else was open on this fact is answered by the same form.
    ReviewTask.objects.filter(
        organization=place.organization_id, subject=str(place.pk), detail=kind, done_at=None
    ).delete()
    _note("publishing.fact.write", actor, fact)
    return fact


def _in_form(kind: str, value: str) -> str:
    try:
        return clean_value(kind, value)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


@transaction.atomic
def confirm_fact(
    *,
    actor: Any,
    fact: Fact,
    how: str = CheckedHow.CALL,
    minutes: int | None = None,
) -> bool:
    """Note that somebody made sure: still true. The clock of the fact starts anew.

    The same person confirming twice on one day counts once. Gives whether it counted. Raises
    NotVisible.
    """
    require(place_policy, actor, "change", fact.place)
    fact = Fact.objects.select_for_update().select_related("place").get(pk=fact.pk)
    person = actor.person if actor else None
    today = timezone.localdate()
    if person and fact.checked_on == today and fact.checked_by_id == person.pk:
        return False
    fact.checked_on = today
    fact.checked_by = person
    fact.checked_how = how
    fact.save(update_fields=["checked_on", "checked_by", "checked_how", "updated_at"])
    _credit(actor, fact, TaskKind.CONFIRM, minutes)
    _note("publishing.fact.confirm", actor, fact, how=how)
    return True


def _note(act: str, actor: Any, fact: Fact, **details: Any) -> None:
    record_act(
        act,
        actor=actor,
        record=fact,
        organization=str(fact.place.organization_id),
        place=str(fact.place_id),
        fact=fact.kind,
        **details,
    )


def _credit(actor: Any, fact: Fact, kind: TaskKind, minutes: int | None) -> None:
    credit_task(
        actor=actor,
        organization_id=fact.place.organization_id,
        kind=kind,
        subject=str(fact.place_id),
        detail=fact.kind,
        name=fact.place.name,
        minutes=MINUTES[kind] if minutes is None else minutes,
    )


@transaction.atomic
def remove_fact(*, actor: Any, fact: Fact) -> None:
    """Take away a fact that is no longer true and whose new value nobody knows."""
    require(place_policy, actor, "change", fact.place)
    _note("publishing.fact.remove", actor, fact)
    fact.delete()


@transaction.atomic
def open_place(*, actor: Any, entry: ReferenceEntry) -> Place:
    """Give the place of a line of a list; it is made when there is none yet."""
    require(entry_policy, actor, "change", entry)
    entry = (
        ReferenceEntry.objects.select_for_update(of=("self",))
        .select_related("list", "place")
        .get(pk=entry.pk)
    )
    if entry.place:
        return entry.place
    place, is_new = Place.objects.get_or_create(
        organization_id=entry.list.organization_id,
        kind=entry.list.kind,
        code=entry.code,
        defaults={
            "name": entry.name,
            "cercle": entry.cercle,
            "region": entry.region,
            "visibility": Visibility.PUBLIC,
        },
    )
    entry.place = place
    entry.save(update_fields=["place", "updated_at"])
    if is_new:
        record_act(
            "publishing.place.open",
            actor=actor,
            record=place,
            organization=str(place.organization_id),
        )
    return place


@transaction.atomic
def change_place(*, actor: Any, place: Place, **values: Any) -> Place:
    """Change the name, the parents or the delegation of a place."""
    require(place_policy, actor, "change", place)
    changed = [name for name, value in values.items() if getattr(place, name) != value]
    if changed:
        for name in changed:
            setattr(place, name, values[name])
        place.save()
        record_act(
            "publishing.place.change",
            actor=actor,
            record=place,
            fields=changed,
            organization=str(place.organization_id),
        )
    return place
