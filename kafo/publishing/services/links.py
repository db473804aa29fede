"""Links whose target is gone: their words stay, with what an archive still holds of it."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from kafo.people.queries import organizations_where
from kafo.publishing.permissions.editing import WRITE, page_policy
from kafo.publishing.queries.links import links_of, uses_of
from kafo.records.acts import record_act
from kafo.records.errors import NotVisible, Refused


@transaction.atomic
def note_link(
    *,
    actor: Any,
    page: Page,
    address: str,
    is_dead: bool,
    archived_on: date | None = None,
    archive_address: str = "",
) -> None:
    """Note that a link of a page leads nowhere, or somewhere again, and what an archive holds.

    The pages that use the address are baked again. Raises NotVisible, Refused.
    """
    page_policy.require(actor, "change", page)
    link = next((link for link in links_of(page) if link.address == address), None)
    if link is None:
        raise NotVisible
    if archived_on and archived_on > timezone.localdate():
        raise Refused(_("This day has not come yet."))
    own = organizations_where(actor, WRITE)
    if uses_of(link).exclude(baked__site__organization__in=own).exists():
        raise Refused(_("A site that you do not write for uses this address too."))
    link.is_dead, link.archived_on, link.archive_address = is_dead, archived_on, archive_address
    link.failures, link.failing_since, link.checked_at = 0, None, timezone.now()
    link.save()
    record_act("publishing.link.note", actor=actor, record=page)
