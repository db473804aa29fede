"""What is known of places, and of the lists that name them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone, translation

from kafo.publishing.facts import COMMUNE
from kafo.publishing.models import Fact, Place, PlacePage, ReferenceEntry, ReferenceList


@dataclass(frozen=True)
class ShownFact:
    """A fact as a page shows it; every text is plain and in the language asked for."""

    kind: str
    label: str
    value: str
    href: str
    source: str
    as_of: date | None
    checked_on: date
    is_stale: bool


def is_stale(fact: Fact, day: date) -> bool:
    """Say whether the review interval of the fact has passed."""
    return fact.age_on(day) > COMMUNE[fact.kind].review_days


def facts_for_page(place: Place, language: str) -> list[ShownFact]:
    """Give the facts of a place in their fixed order, in `language`; those unknown are left out."""
    facts = {fact.kind: fact for fact in place.facts.all()}
    today = timezone.localdate()
    with translation.override(language):
        return [_shown(facts[kind], place, today) for kind in COMMUNE if kind in facts]


def _shown(fact: Fact, place: Place, today: date) -> ShownFact:
    fact.place = place
    return ShownFact(
        kind=fact.kind,
        label=fact.label,
        value=fact.shown,
        href=fact.href,
        source=fact.source,
        as_of=fact.as_of,
        checked_on=fact.checked_on,
        is_stale=is_stale(fact, today),
    )


@dataclass(frozen=True)
class Difference:
    """What a list says that another does not: lines by their state in the newer one."""

    new: list[ReferenceEntry]
    changed: list[tuple[ReferenceEntry, ReferenceEntry]]
    gone: list[ReferenceEntry]
    same: int


def difference(newer: ReferenceList, older: ReferenceList | None) -> Difference:
    """Compare two lists line by line: by code, and by name where the code was given anew."""
    before = list(older.entries.all()) if older else []
    after = list(newer.entries.all())
    by_code = {entry.code: entry for entry in before}
    by_name = {entry.folded_name: entry for entry in before}
    new, changed, met = [], [], set()
    for entry in after:
        old = by_name.get(entry.folded_name) or by_code.get(entry.code)
        if old is None or old.pk in met:
            new.append(entry)
            continue
        met.add(old.pk)
        if _words(old) != _words(entry):
            changed.append((old, entry))
    gone = [entry for entry in before if entry.pk not in met]
    return Difference(new, changed, gone, len(met) - len(changed))


def _words(entry: ReferenceEntry) -> tuple[str, str, str, str]:
    return entry.code, entry.name, entry.cercle, entry.region


def active_list(organization_id: UUID) -> ReferenceList | None:
    """Give the list that the organisation counts against, if it keeps one."""
    return ReferenceList.objects.filter(organization_id=organization_id, is_active=True).first()


def live_pages_of(place: Place) -> list[PlacePage]:
    """Give the pages that readers find for a place, in all languages."""
    rows = PlacePage.objects.filter(place=place, live=True).select_related("locale")
    return list(rows.order_by("path"))
