"""Counting what content health is made of: one site, always in the same number of queries."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from kafo.publishing.baking.rendering import link_key
from kafo.publishing.enums import BakedKind, ProjectState
from kafo.publishing.facts import COMMUNE
from kafo.publishing.health import (
    FULL,
    IN_FORM,
    LIGHT_BYTES,
    PAGE_REVIEW_DAYS,
    POINTS_WITH_SUBSTANCE,
    PRESENT,
    Counts,
    freshness,
)
from kafo.publishing.models import (
    PAGE_TYPES,
    BakeDependency,
    BakedPage,
    ExternalLink,
    Fact,
    Place,
    PlacePage,
    PlainPage,
    ProjectPage,
    PublicSite,
    ReferenceEntry,
    ReferenceList,
    SitePage,
)
from kafo.publishing.queries.places import active_list


@dataclass(frozen=True)
class LivePage:
    """What health asks of a page that readers can find."""

    pk: int
    title: str
    kind: str
    language: str
    key: UUID
    is_in_frame: bool
    meaning_version: int
    source_language: str
    source_meaning: int


HOME_DEPTH = 2


def _is_in_frame(model: type[SitePage]) -> ExpressionWrapper:
    """Give the expression: the page is a home, in the menu, or at the foot of each page."""
    condition = Q(depth=HOME_DEPTH) | Q(depth=HOME_DEPTH + 1, show_in_menus=True)
    if model is PlainPage:
        condition |= Q(in_footer=True)
    return ExpressionWrapper(condition, output_field=BooleanField())


def is_sourced() -> Q:
    """Give the condition that a fact says where it comes from and of when it is."""
    return ~Q(source="") & Q(as_of__isnull=False)


def is_current(today: date, prefix: str = "") -> Q:
    """Give the condition that a fact was looked at within three review intervals."""
    condition = Q()
    for days in {kind.review_days for kind in COMMUNE.values()}:
        kinds = [kind.code for kind in COMMUNE.values() if kind.review_days == days]
        since = today - timedelta(days=3 * days - 1)
        condition |= Q(**{f"{prefix}kind__in": kinds, f"{prefix}checked_on__gte": since})
    return condition


def points_of_place(today: date) -> Coalesce:
    """Give the expression for the points of a place's facts."""
    current = is_current(today, "facts__")
    full, in_form = Q(facts__is_full=True), Q(facts__in_form=True)
    return Coalesce(
        Sum(
            Case(
                When(current & full & in_form, then=Value(PRESENT + FULL + IN_FORM)),
                When(current & full, then=Value(PRESENT + FULL)),
                When(current & in_form, then=Value(PRESENT + IN_FORM)),
                When(current, then=Value(PRESENT)),
                default=Value(0),
                output_field=IntegerField(),
            )
        ),
        Value(0),
    )


class SiteSurvey:
    """What one site holds at a day. Each part is read once, when it is first asked for."""

    def __init__(self, site: PublicSite, today: date | None = None) -> None:
        self.site = site
        self.today = today or timezone.localdate()

    @cached_property
    def reference_list(self) -> ReferenceList | None:
        return active_list(self.site.organization_id)

    @cached_property
    def listed(self) -> int:
        """The N of the coverage: the official number, or the lines where there are more."""
        if self.reference_list is None:
            return 0
        return max(self.reference_list.official_count, self.reference_list.entries.count())

    @cached_property
    def below_homes(self) -> Q:
        """The condition that a page belongs to the site, in any of its languages."""
        condition = Q(pk__in=())
        for home in self.site.homes().values():
            condition |= Q(path__startswith=home.path)
        return condition

    @cached_property
    def pages(self) -> list[LivePage]:
        columns = (
            "pk",
            "title",
            "kind",
            "locale__language_code",
            "translation_key",
            "is_in_frame",
            "meaning_version",
            "source_language",
            "source_meaning",
        )
        each = [
            model.objects.filter(self.below_homes, live=True)
            .annotate(kind=Value(model.__name__), is_in_frame=_is_in_frame(model))
            .order_by()
            .values_list(*columns)
            for model in PAGE_TYPES
        ]
        return [LivePage(*row) for row in each[0].union(*each[1:], all=True)]

    @cached_property
    def place_pages(self) -> QuerySet[PlacePage]:
        return PlacePage.objects.filter(self.below_homes, live=True)

    @cached_property
    def places(self) -> QuerySet[Place]:
        """The places that have a live page on the site."""
        return Place.objects.filter(pk__in=self.place_pages.order_by().values("place_id"))

    @cached_property
    def facts(self) -> QuerySet[Fact]:
        return Fact.objects.filter(
            place__in=self.place_pages.order_by().values("place_id")
        ).order_by()

    @cached_property
    def lasting(self) -> list[tuple[int, str, date | None]]:
        """The live pages that are meant to stay true: (id, title, when somebody last made sure).

        News is of its day and a project that ended is archived; places are looked at fact by fact.
        """
        columns = ("pk", "title", "checked_on")
        plain = PlainPage.objects.filter(self.below_homes, live=True)
        projects = ProjectPage.objects.filter(self.below_homes, live=True)
        projects = projects.exclude(state=ProjectState.ENDED)
        rows = plain.order_by().values_list(*columns)
        return list(rows.union(projects.order_by().values_list(*columns), all=True))

    @cached_property
    def translations(self) -> list[tuple[LivePage, str, LivePage | None]]:
        """What is due: (source page, language, the translation if it is live)."""
        by_key: dict[UUID, dict[str, LivePage]] = {}
        for page in self.pages:
            by_key.setdefault(page.key, {})[page.language] = page
        due = []
        for versions in by_key.values():
            source = next(
                (page for page in versions.values() if not page.source_language),
                next(iter(versions.values())),
            )
            due += [
                (source, language, versions.get(language))
                for language in self.site.locales
                if language != source.language
            ]
        return due

    @cached_property
    def links(self) -> "Links":
        return Links(self)

    @cached_property
    def counts(self) -> Counts:
        places = self._place_counts()
        facts = self._fact_counts()
        weights = BakedPage.objects.filter(
            site=self.site, kind=BakedKind.PAGE, page__live=True, baked_at__isnull=False
        ).aggregate(pages=Count("pk"), light=Count("pk", filter=Q(weight__lte=LIGHT_BYTES)))
        return replace(
            Counts(listed=self.listed, **places, **facts, **weights),
            flaws=self.links.flaws,
            linked=self.links.items,
            translated=sum(is_fresh(source, page) for source, _language, page in self.translations),
            translations_due=len(self.translations),
        )

    def _place_counts(self) -> dict[str, int]:
        on_list: Any = Value(True)
        if self.reference_list:
            lines = ReferenceEntry.objects.filter(list=self.reference_list, place=OuterRef("pk"))
            on_list = Exists(lines)
        rows = self.places.annotate(points_now=points_of_place(self.today), on_list=on_list)
        return rows.order_by().aggregate(
            place_pages=Count("pk"),
            covered=Count("pk", filter=Q(on_list=True)),
            points=Coalesce(Sum("points_now"), 0),
            places_with_substance=Count(
                "pk", filter=Q(points_now__gte=POINTS_WITH_SUBSTANCE, on_list=True)
            ),
        )

    def _fact_counts(self) -> dict[str, Any]:
        rows = self.facts.values("kind", "checked_on").annotate(
            number=Count("pk"), sourced=Count("pk", filter=is_sourced())
        )
        fresh, number, sourced = 0.0, 0, 0
        for row in rows:
            age = (self.today - row["checked_on"]).days
            fresh += row["number"] * freshness(age, COMMUNE[row["kind"]].review_days)
            number += row["number"]
            sourced += row["sourced"]
        for _pk, _title, checked_on in self.lasting:
            fresh += freshness(self.age(checked_on), PAGE_REVIEW_DAYS)
        return {
            "freshness_sum": fresh,
            "dated": number + len(self.lasting),
            "facts": number,
            "sourced": sourced,
        }

    def age(self, checked_on: date | None) -> int:
        """Give the days since somebody made sure; as old as can be when nobody did."""
        return (self.today - checked_on).days if checked_on else 3 * PAGE_REVIEW_DAYS


def is_fresh(source: LivePage, translation: LivePage | None) -> bool:
    """Say whether a translation is there and renders what its source means today."""
    return translation is not None and translation.source_meaning >= source.meaning_version


class Links:
    """The links of a site's pages, as they were noted when the pages were baked."""

    def __init__(self, survey: SiteSurvey) -> None:
        of_site = BakeDependency.objects.filter(
            baked__site=survey.site, baked__kind=BakedKind.PAGE, baked__page__live=True
        )
        dead = ExternalLink.objects.filter(is_dead=True).values_list("address", flat=True)
        address_of_key = {link_key(address): address for address in dead}
        live = {page.pk for page in survey.pages}
        reached: set[int] = set()
        self.items = len(live)
        self.dead_external: list[tuple[int, str]] = []
        self.dead_internal: list[tuple[int, int]] = []
        rows = of_site.filter(
            Q(key__startswith="address:") | Q(key__startswith="card:") | Q(key__startswith="link:")
        ).values_list("baked__page_id", "key")
        for page_id, key in rows:
            kind, _colon, target = key.partition(":")
            if kind == "link":
                self.items += 1
                if key in address_of_key:
                    self.dead_external.append((page_id, address_of_key[key]))
            elif int(target) != page_id:
                reached.add(int(target))
                if kind == "address":
                    self.items += 1
                    if int(target) not in live:
                        self.dead_internal.append((page_id, int(target)))
        self.orphans = [
            page for page in survey.pages if not page.is_in_frame and page.pk not in reached
        ]

    @property
    def flaws(self) -> int:
        return len(self.dead_external) + len(self.dead_internal) + len(self.orphans)

    def dead_per_page(self) -> Counter[int]:
        """Give how many links of each page lead nowhere."""
        return Counter(page_id for page_id, _to in (*self.dead_external, *self.dead_internal))
