"""Content health: how much substance a site has, from 0 to 100. Pure formulas, no database.

Seven shares between 0 and 1, each with a weight. A share with nothing to count is left out and
the other weights make up the hundred; but what an active list of places calls for counts as 0
while it is missing. The index with no room for opinion: every figure below can be counted by hand.
"""

from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kafo.publishing.facts import COMMUNE

PRESENT, FULL, IN_FORM = 10, 3, 3
POINTS_OF_FACT = PRESENT + FULL + IN_FORM
POINTS_OF_PLACE = POINTS_OF_FACT * len(COMMUNE)
SUBSTANCE = 0.40
"""The completeness from which a place counts as covered."""
POINTS_WITH_SUBSTANCE = round(POINTS_OF_PLACE * SUBSTANCE)
LIGHT_BYTES = 100_000
PAGE_REVIEW_DAYS = 365
"""After so long somebody looks whether a page that is to last is still true."""
LACKING = 40
"""Below this index a site that works is operational but lacking substance."""


def freshness(age_days: int, review_days: int) -> float:
    """Give 1 until the review interval has passed, then less each day, 0 from three of them on."""
    if age_days <= review_days:
        return 1.0
    return max(0.0, 1 - (age_days - review_days) / (2 * review_days))


def fact_points(*, is_current: bool, is_full: bool, in_form: bool) -> int:
    """Give what a fact counts, of 16; nothing when nobody looked at it for three intervals."""
    return (PRESENT + FULL * is_full + IN_FORM * in_form) if is_current else 0


@dataclass(frozen=True)
class Counts:
    """What was counted on one site; indicators and gains are computed from nothing else."""

    listed: int = 0
    covered: int = 0
    place_pages: int = 0
    places_with_substance: int = 0
    points: int = 0
    freshness_sum: float = 0
    dated: int = 0
    flaws: int = 0
    linked: int = 0
    translated: int = 0
    translations_due: int = 0
    sourced: int = 0
    facts: int = 0
    light: int = 0
    pages: int = 0

    def plus(self, **changes: float) -> "Counts":
        """Give these counts with some of them raised (or lowered, when negative)."""
        return replace(self, **{name: getattr(self, name) + by for name, by in changes.items()})


@dataclass(frozen=True)
class Indicator:
    """One of the seven; `value` is None where there is nothing to count."""

    code: str
    label: Promise
    weight: int
    value: float | None

    @property
    def percent(self) -> float:
        return 100 * (self.value or 0)


def _share(part: float, whole: float, *, is_due: bool = False) -> float | None:
    if whole <= 0:
        return 0.0 if is_due else None
    return min(max(part / whole, 0.0), 1.0)


def indicators(counts: Counts) -> list[Indicator]:
    """Give the seven indicators of content health."""
    is_due = counts.listed > 0
    flawless = _share(counts.linked - counts.flaws, counts.linked)
    return [
        Indicator(
            "H1",
            _("Coverage with substance"),
            25,
            _share(counts.places_with_substance, counts.listed),
        ),
        Indicator(
            "H2",
            _("Completeness of the facts"),
            20,
            _share(counts.points, counts.place_pages * POINTS_OF_PLACE, is_due=is_due),
        ),
        Indicator(
            "H3", _("Freshness"), 20, _share(counts.freshness_sum, counts.dated, is_due=is_due)
        ),
        Indicator("H4", _("Links, and pages within reach"), 10, flawless),
        Indicator("H5", _("Translation"), 10, _share(counts.translated, counts.translations_due)),
        Indicator(
            "H6", _("Sources given"), 10, _share(counts.sourced, counts.facts, is_due=is_due)
        ),
        Indicator("H7", _("Lightness"), 5, _share(counts.light, counts.pages)),
    ]


def content_health_index(counts: Counts) -> float:
    """Give the index (CHI), 0 to 100; 0 for a site where nothing can be counted."""
    counted = [(i.weight, i.value) for i in indicators(counts) if i.value is not None]
    total = sum(weight for weight, _value in counted)
    return 100 * sum(weight * value for weight, value in counted) / total if total else 0.0


def gain(counts: Counts, **changes: float) -> float:
    """Give by how much the index moves when `changes` are made to the counts."""
    return content_health_index(counts.plus(**changes)) - content_health_index(counts)


_NAMES = (
    (80, pgettext_lazy("content health", "reference")),
    (60, pgettext_lazy("content health", "solid")),
    (LACKING, pgettext_lazy("content health", "useful")),
    (20, pgettext_lazy("content health", "outline")),
    (0, pgettext_lazy("content health", "shell")),
)


def name_of(index: float) -> Promise:
    """Give the word for an index: shell, outline, useful, solid, reference."""
    return next(name for least, name in _NAMES if index >= least)


def verdict(index: float, *, is_operational: bool) -> Promise:
    """Say both panels in one sentence."""
    if is_operational and index < LACKING:
        return _("Operational but lacking substance")
    if is_operational:
        return _("Operational, and with substance")
    if index < LACKING:
        return _("Not in working order, and lacking substance")
    return _("With substance, but not in working order")
