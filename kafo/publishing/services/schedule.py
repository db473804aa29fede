"""Publication and its end on a day that is set beforehand; the loop keeps the appointment.

Dates stand where Wagtail keeps them, so that desk and back office plan the same thing: in the
version that is to go out, and on the page for what readers see now.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision

from kafo.publishing.permissions.editing import page_policy
from kafo.publishing.services.writing import keep_dates, locked, newest
from kafo.records.acts import record_act
from kafo.records.errors import Refused


def planned_revision(page: Page) -> Revision | None:
    """Give the version that goes out on a day set beforehand, or None."""
    rows = page.revisions.filter(approved_go_live_at__isnull=False)
    return rows.order_by("approved_go_live_at").first()


def planned_times(page: Page) -> tuple[datetime | None, datetime | None]:
    """Give when a version goes out by itself, and when the page goes offline; None for never."""
    revision = planned_revision(page)
    if revision is None:
        return None, page.expire_at if page.live else None
    ends_at = parse_datetime(revision.content.get("expire_at") or "")
    if page.live and page.expire_at and page.expire_at < revision.approved_go_live_at:
        ends_at = page.expire_at
    return revision.approved_go_live_at, ends_at


@transaction.atomic
def schedule_page(
    *, actor: Any, page: Page, publish_at: datetime | None = None, end_at: datetime | None = None
) -> None:
    """Plan when the newest version goes out and when the page goes offline.

    Without `publish_at` only the end is planned, for what readers see now. Raises NotVisible,
    Refused.
    """
    page_policy.require(actor, "publish", page)
    stored = locked(page)
    now = timezone.now()
    if publish_at is None and end_at is None:
        raise Refused(_("Choose a day."))
    if any(time is not None and time <= now for time in (publish_at, end_at)):
        raise Refused(_("This time has passed already."))
    if publish_at and end_at and end_at <= publish_at:
        raise Refused(_("A page cannot go offline before it goes online."))
    if end_at is not None and stored.depth <= 2:
        raise Refused(_("The home page stays; correct it instead."))
    if publish_at is None:
        if not stored.live:
            raise Refused(_("Readers do not see this page: choose when it goes online."))
        _set_end(stored, end_at)
        record_act("publishing.page.end", actor=actor, record=stored)
        return
    if stored.current_workflow_state is not None:
        stored.current_workflow_state.cancel(user=actor)
    draft = newest(stored)
    draft.go_live_at, draft.expire_at = publish_at, end_at
    revision = draft.save_revision(user=actor, clean=False)
    revision.publish(user=actor, skip_permission_checks=True)


@transaction.atomic
def cancel_schedule(*, actor: Any, page: Page) -> None:
    """Forget what is planned: nothing goes out or offline by itself. Pressed twice is once.

    Raises NotVisible.
    """
    page_policy.require(actor, "publish", page)
    stored = locked(page)
    if stored.live and stored.expire_at is not None:
        _set_end(stored, None)
        record_act("publishing.page.end", actor=actor, record=stored)
    for revision in stored.revisions.filter(approved_go_live_at__isnull=False):
        revision.approved_go_live_at = None
        revision.save(user=actor, update_fields=["approved_go_live_at"])
    Page.objects.filter(pk=stored.pk).update(go_live_at=None, expire_at=None)
    for revision in _newest_and_live(stored):
        keep_dates(revision, go_live_at=None, expire_at=None)


def _set_end(page: Page, end_at: datetime | None) -> None:
    Page.objects.filter(pk=page.pk).update(expire_at=end_at)
    for revision in _newest_and_live(page):
        keep_dates(revision, expire_at=end_at)


def _newest_and_live(page: Page) -> list[Revision]:
    return list(page.revisions.filter(pk__in=[page.latest_revision_id, page.live_revision_id]))
