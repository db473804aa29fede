"""From what was counted in memory to the table of months."""

import time
from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from kafo.publishing.models import Counted, PublicSite, ReaderCount
from kafo.publishing.serving.counting import Key, give_back, take_counts

KEPT_DAYS = 366
"""Words that were searched in vain are of use for a year at most."""
MOST_LETTERS = 500


def write_counts(counts: dict[Key, int]) -> None:
    """Add what was counted to the present month."""
    month = timezone.localdate().replace(day=1)
    sites = dict(PublicSite.objects.values_list("slug", "pk"))
    new: dict[tuple[int, str, str], int] = defaultdict(int)
    for (slug, kind, subject), number in counts.items():
        if slug in sites:
            new[sites[slug], kind, subject[:MOST_LETTERS]] += number
    with transaction.atomic():
        rows = ReaderCount.objects.filter(month=month, site__in={site for site, _k, _s in new})
        known = {(row.site_id, row.kind, row.subject): row for row in rows}
        changed, made = [], []
        for key, number in new.items():
            if row := known.get(key):
                row.count += number
                changed.append(row)
            else:
                site, kind, subject = key
                made.append(
                    ReaderCount(site_id=site, month=month, kind=kind, subject=subject, count=number)
                )
        ReaderCount.objects.bulk_update(changed, ["count"], batch_size=500)
        ReaderCount.objects.bulk_create(made, batch_size=500)
        old = month - timedelta(days=KEPT_DAYS)
        ReaderCount.objects.filter(kind=Counted.SEARCH, month__lt=old).delete()


class ReadersLoop:
    """Writes what was counted, at most once a minute."""

    EVERY_SECONDS = 60

    def __init__(self) -> None:
        self._written_at = 0.0

    def __call__(self) -> int:
        """Give 0 always: what readers go on doing is no reason for another pass at once."""
        now = time.monotonic()
        if self._written_at and now - self._written_at < self.EVERY_SECONDS:
            return 0
        self._written_at = now
        counts = take_counts()
        if counts:
            try:
                write_counts(counts)
            except Exception:
                give_back(counts)
                raise
        return 0
