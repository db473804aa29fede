"""What readers read, what they looked for in vain, and whether it was of use to them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery, Sum
from django.utils import timezone

from kafo.publishing.models import BakedPage, Counted, PublicSite, ReaderCount

SHOWN = 5


@dataclass(frozen=True)
class Readership:
    """The present month and the one before, taken together where nothing else is said."""

    month: date
    views: int
    views_before: int
    pages: list[tuple[str, int]]
    searches: list[tuple[str, int]]
    useful: int
    useless: int


def with_titles(rows: Any) -> Any:
    """Add the title of the page that a count is about."""
    pages = BakedPage.objects.filter(site=OuterRef("site"), path=OuterRef("subject"))
    return rows.annotate(page_title=Subquery(pages.values("title")[:1]))


def readership(site: PublicSite) -> Readership:
    """Give what was counted on a site of late."""
    month = timezone.localdate().replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    rows = ReaderCount.objects.filter(site=site, month__gte=before)
    sums = {
        (row["month"], row["kind"]): row["total"]
        for row in rows.values("month", "kind").order_by().annotate(total=Sum("count"))
    }

    def both(kind: Counted) -> int:
        return sums.get((month, kind), 0) + sums.get((before, kind), 0)

    def most(kind: Counted) -> Any:
        found = rows.filter(kind=kind).values("site", "subject").annotate(total=Sum("count"))
        return with_titles(found).order_by("-total", "subject")[:SHOWN]

    pages = most(Counted.VIEW).values_list("page_title", "subject", "total")
    searches = most(Counted.SEARCH).values_list("subject", "total")
    return Readership(
        month=month,
        views=sums.get((month, Counted.VIEW), 0),
        views_before=sums.get((before, Counted.VIEW), 0),
        pages=[(title or path, total) for title, path, total in pages],
        searches=list(searches),
        useful=both(Counted.USEFUL),
        useless=both(Counted.USELESS),
    )
