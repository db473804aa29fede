"""What must be baked again when something changes."""

from django.db import transaction
from django.db.models import F

from kafo.publishing.models import BakedPage
from kafo.records import loop


def mark_due(*keys: str) -> int:
    """Mark what was made from any of `keys` as due; give how many baked pages that are.

    The mark is part of the caller's transaction; the baking itself follows after the commit.
    """
    shown_in = BakedPage.objects.filter(dependencies__key__in=keys).values("pk")
    count = BakedPage.objects.filter(pk__in=shown_in).update(due=F("due") + 1)
    if count:
        transaction.on_commit(loop.wake)
    return count
