"""What is held longer than the register of processing says; nothing of it goes without a hand.

A record of a person is due when the period of the purpose "contact" is over since she last held a
seat, a post or a mandate; a guardian's paper when that of "protection of minors" is over since it
was withdrawn or the minor came of age. Both periods are those that the office wrote in its
register, else those of the code.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from kafo.people.enums import Purpose
from kafo.people.models import GuardianAuthorization, Mandate, Membership, Person, Processing
from kafo.people.models.persons import AGE_OF_MAJORITY
from kafo.people.protection import personal_fields

COUNTED = 100  # of a kind; more than that is said as "more than"
COUNT_HOLDS = 60 * 60  # seconds; periods are counted in months
_COUNTINGS = "past-period"


def months_before(day: date, months: int) -> date:
    """Give the day so many months earlier; the last of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _limits(organization_ids: set[UUID], purpose: Purpose) -> Iterable[tuple[date, set[UUID]]]:
    """Give the last day that is too long ago, with the organisations for which it is that day."""
    declared = max(entry.months for entry in personal_fields() if entry.purpose == purpose)
    written = Processing.objects.filter(organization__in=organization_ids, purpose=purpose)
    months = dict.fromkeys(organization_ids, declared)
    months |= dict(written.values_list("organization_id", "retention_months"))
    by_day: dict[date, set[UUID]] = defaultdict(set)
    for organization_id, count in months.items():
        by_day[months_before(timezone.localdate(), count)].add(organization_id)
    return by_day.items()


def _is_undecided() -> Q:
    return Q(kept_until__isnull=True) | Q(kept_until__lte=timezone.localdate())


def persons_past_period(organization_ids: set[UUID]) -> QuerySet[Person]:
    """Give the persons of these organisations whose period is over, the oldest records first.

    `left_on` is the end of the last seat or post, `lost_at` that of the last mandate.
    """
    due = Q(pk__in=())
    for day, ids in _limits(organization_ids, Purpose.CONTACT):
        seats = Membership.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day))
        mandates = Mandate.objects.filter(Q(ends_at=None) | Q(ends_at__gte=_end_of(day)))
        holds = Exists(seats.filter(person=OuterRef("pk"))) | Exists(
            mandates.filter(person=OuterRef("pk"))
        )
        due |= Q(organization__in=ids, created_at__lt=_end_of(day)) & ~holds
    return (
        Person.objects.filter(due, _is_undecided(), erased_at__isnull=True)
        .annotate(left_on=_last(Membership, "ends_on"), lost_at=_last(Mandate, "ends_at"))
        .select_related("organization")
        .order_by("created_at", "pk")
    )


def _last(model: Any, field: str) -> Subquery:
    rows = model.objects.filter(person=OuterRef("pk")).order_by().values("person")
    return Subquery(rows.annotate(last=Max(field)).values("last"))


def papers_past_period(organization_ids: set[UUID]) -> QuerySet[GuardianAuthorization]:
    """Give the guardians' papers whose period is over, the oldest first."""
    due = Q(pk__in=())
    for day, ids in _limits(organization_ids, Purpose.PROTECTION):
        # Per paper, for there are few: joined, a database may begin with all the persons.
        minors = Person.objects.filter(pk=OuterRef("person"), organization__in=ids).order_by()
        adults = minors.filter(born_on__lte=months_before(day, AGE_OF_MAJORITY * 12))
        due |= Exists(adults) | Q(Exists(minors), withdrawn_at__lt=_end_of(day))
    rows = GuardianAuthorization.objects.filter(due, _is_undecided())
    return rows.select_related("person__organization").order_by("signed_on", "pk")


def count_past_period(organization_ids: set[UUID]) -> int:
    """Give how many records of these organisations are past their period.

    Where few are, every person is looked at to find them: once an hour and after each decision,
    not at each view of the start page.
    """
    which = hash(frozenset(organization_ids))
    key = f"{_COUNTINGS}:{cache.get(_COUNTINGS)}:{timezone.localdate()}:{which}"
    count: int | None = cache.get(key)
    if count is None:
        both = (persons_past_period(organization_ids), papers_past_period(organization_ids))
        count = sum(len(rows.order_by().values_list("pk")[: COUNTED + 1]) for rows in both)
        cache.set(key, count, COUNT_HOLDS)
    return count


def count_anew(**kwargs: Any) -> None:
    """Forget what was counted: something was decided, or somebody looks."""
    cache.set(_COUNTINGS, uuid4(), None)
