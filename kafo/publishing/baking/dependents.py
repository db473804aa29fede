"""What must be baked again when something changes."""

from contextvars import ContextVar
from datetime import datetime

from django.db import transaction
from django.db.models import F

from kafo.publishing.models import BakedPage
from kafo.records import loop

# Since when everything that is now baked has been there: what was baked after it shows it all.
complete_since: ContextVar[datetime | None] = ContextVar("complete_since", default=None)


def mark_due(*keys: str) -> int:
    """Mark what was made from any of `keys` as due; give how many baked pages that are.

    The mark is part of the caller's transaction; the baking itself follows after the commit.
    """
    shown_in = BakedPage.objects.filter(dependencies__key__in=keys).values("pk")
    rows = BakedPage.objects.filter(pk__in=shown_in)
    if since := complete_since.get():
        rows = rows.filter(baked_at__lt=since)
    count = rows.update(due=F("due") + 1)
    if count:
        transaction.on_commit(loop.wake)
    return count
