"""The health of a site in words: seven sentences and a verdict."""

from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kafo.publishing.facts import COMMUNE
from kafo.publishing.health import (
    POINTS_OF_PLACE,
    Counts,
    Indicator,
    content_health_index,
    indicators,
    name_of,
    verdict,
)
from kafo.publishing.models import PublicSite
from kafo.publishing.queries.health import SiteSurvey
from kafo.publishing.queries.operations import Sign, is_operational, signs_of


def number(value: float, places: int = 1) -> str:
    """Give a figure as the active language writes it."""
    return str(formats.number_format(round(value, places), places))


def _percent(part: float, whole: float) -> str:
    return number(100 * part / whole if whole else 0)


@dataclass(frozen=True)
class SaidIndicator:
    """An indicator with the sentence that says what was counted."""

    indicator: Indicator
    words: str

    @property
    def percent_words(self) -> str:
        return "—" if self.indicator.value is None else number(self.indicator.percent)

    @property
    def meter(self) -> str:
        """Give the value for a bar, always with a point."""
        return f"{self.indicator.percent:.1f}"


def said_indicators(counts: Counts) -> list[SaidIndicator]:
    """Give the seven indicators, each with its sentence."""
    says = (_coverage, _completeness, _freshness, _links, _translation, _provenance, _lightness)
    return [
        SaidIndicator(each, say(counts) if each.value is not None else _("nothing to count here"))
        for each, say in zip(indicators(counts), says, strict=True)
    ]


def _coverage(counts: Counts) -> str:
    return _(
        "%(substance)s of %(listed)s communes have a page with substance (%(real)s %%); "
        "%(pages)s have a page (%(shown)s %%)"
    ) % {
        "substance": counts.places_with_substance,
        "listed": counts.listed,
        "real": _percent(counts.places_with_substance, counts.listed),
        "pages": counts.covered,
        "shown": _percent(counts.covered, counts.listed),
    }


def _completeness(counts: Counts) -> str:
    if not counts.place_pages:
        return _("no page of a commune yet")
    return _("%(points)s of %(all)s points on average, for %(facts)s facts a commune") % {
        "points": number(counts.points / counts.place_pages),
        "all": POINTS_OF_PLACE,
        "facts": len(COMMUNE),
    }


def _freshness(counts: Counts) -> str:
    return ngettext(
        "%(facts)s fact, weighed by when somebody last made sure of it",
        "%(facts)s facts, weighed by when somebody last made sure of them",
        counts.dated,
    ) % {"facts": counts.dated}


def _links(counts: Counts) -> str:
    if not counts.flaws:
        return _("every link answers, every page is within reach")
    return ngettext(
        "%(flaws)s dead link or page out of reach among %(items)s",
        "%(flaws)s dead links or pages out of reach among %(items)s",
        counts.flaws,
    ) % {"flaws": counts.flaws, "items": counts.linked}


def _translation(counts: Counts) -> str:
    return _("%(fresh)s of %(due)s translations are up to date") % {
        "fresh": counts.translated,
        "due": counts.translations_due,
    }


def _provenance(counts: Counts) -> str:
    return _("%(sourced)s of %(facts)s facts have a source and a date") % {
        "sourced": counts.sourced,
        "facts": counts.facts,
    }


def _lightness(counts: Counts) -> str:
    return _("%(light)s of %(pages)s pages weigh less than 100 kB") % {
        "light": counts.light,
        "pages": counts.pages,
    }


@dataclass(frozen=True)
class Health:
    """Both panels of one site."""

    survey: SiteSurvey
    signs: list[Sign]
    index: float

    @property
    def name(self) -> str:
        return str(name_of(self.index))

    @property
    def index_words(self) -> str:
        return number(self.index)

    @property
    def verdict(self) -> str:
        return str(verdict(self.index, is_operational=self.is_operational))

    @property
    def is_operational(self) -> bool:
        return is_operational(self.signs)

    @property
    def indicators(self) -> list[SaidIndicator]:
        return said_indicators(self.survey.counts)


def health_of(site: PublicSite) -> Health:
    """Survey one site today."""
    survey = SiteSurvey(site)
    return Health(survey, signs_of(site), content_health_index(survey.counts))
