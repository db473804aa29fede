"""Taking, giving back and finishing short tasks; crediting their minutes once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kafo.people.models import Account
from kafo.people.queries import may
from kafo.publishing.models import ReviewTask, TaskKind
from kafo.publishing.permissions.editing import WRITE
from kafo.publishing.permissions.places import task_policy
from kafo.records.acts import record_act
from kafo.records.errors import NotVisible, Refused

HELD_DAYS = 7
"""After so many days somebody else may take over a task that was taken and not done."""


@transaction.atomic
def take_task(
    *,
    actor: Account,
    organization_id: UUID,
    kind: str,
    subject: str,
    detail: str,
    name: str,
    minutes: int,
) -> ReviewTask:
    """Give the task to the person of `actor`. Taking it twice is the same as once.

    Raises NotVisible without the right to write there, Refused while somebody else holds it.
    """
    if not may(actor, WRITE, organization_id):
        raise NotVisible
    key = {
        "organization_id": organization_id,
        "kind": kind,
        "subject": subject,
        "detail": detail,
        "done_at": None,
    }
    values = {"name": name[:255], "minutes": minutes, "person": actor.person}
    task, is_new = ReviewTask.objects.select_for_update().get_or_create(**key, defaults=values)
    if is_new or task.person_id == actor.person_id:
        return task
    if task.person and task.taken_at > timezone.now() - timedelta(days=HELD_DAYS):
        raise Refused(_("%(person)s has taken this task.") % {"person": task.person})
    task.person = actor.person
    task.taken_at = timezone.now()
    task.save(update_fields=["person", "taken_at"])
    return task


def release_task(*, actor: Account, task: ReviewTask) -> None:
    """Give a taken task back. Raises NotVisible unless it is the actor's own and not done."""
    if task.person_id != actor.person_id or task.done_at:
        raise NotVisible
    task.delete()


@transaction.atomic
def finish_task(*, actor: Account, task: ReviewTask, minutes: int) -> ReviewTask:
    """Credit a taken task whose work is done elsewhere (a translation, a link, a lighter page).

    Finishing twice counts once. Raises NotVisible unless it is the actor's own.
    """
    task_policy.require(actor, "change", task)
    task = ReviewTask.objects.select_for_update().get(pk=task.pk)
    if task.person_id != actor.person_id:
        raise NotVisible
    if task.done_at is None:
        task.minutes = minutes
        task.done_at = timezone.now()
        task.save(update_fields=["minutes", "done_at"])
        record_act(
            "publishing.task.finish",
            actor=actor,
            record=task,
            organization=str(task.organization_id),
            minutes=minutes,
        )
    return task


def credit_task(
    *,
    actor: Any,
    organization_id: UUID,
    kind: TaskKind,
    subject: str,
    detail: str,
    name: str,
    minutes: int,
) -> None:
    """Write down that the work is done: closes the task if somebody took it.

    The same person is credited once a day for the same subject. Called inside a transaction by the
    services that do the work; the node itself (`actor` None) is credited nothing.
    """
    about = ReviewTask.objects.filter(
        organization_id=organization_id, subject=subject, detail=detail
    )
    taken = about.filter(kind=kind, done_at=None).first()
    person = actor.person if actor else None
    today = timezone.localdate()
    if person is None or about.filter(person=person, done_at__date=today).exists():
        if taken:
            taken.delete()
        return
    task = taken or ReviewTask(
        organization_id=organization_id, kind=kind, subject=subject, detail=detail, name=name[:255]
    )
    task.person = person
    task.minutes = minutes
    task.done_at = timezone.now()
    task.save()
