"""The next short tasks of a site, ordered by what a quarter of an hour adds to its content health.

Every gain is the difference of two indexes: with the counts as they are, and as they would be when
the task is done. Candidates of one kind often gain the same; the few best of each kind are enough.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext, ngettext

from kafo.people.models import Account, Person
from kafo.publishing.enums import BakedKind, Listed
from kafo.publishing.facts import COMMUNE, COMMUNE_DAYS, CONTACT_DAYS
from kafo.publishing.health import (
    LIGHT_BYTES,
    PAGE_REVIEW_DAYS,
    POINTS_OF_FACT,
    POINTS_WITH_SUBSTANCE,
    fact_points,
    freshness,
    gain,
)
from kafo.publishing.models import (
    BakedPage,
    Fact,
    ListPage,
    Place,
    ReferenceEntry,
    ReviewTask,
    TaskKind,
)
from kafo.publishing.queries.health import (
    SiteSurvey,
    is_fresh,
    is_sourced,
    points_of_place,
)

MINUTES = {
    TaskKind.CONFIRM: 10,
    TaskKind.CHECK: 15,
    TaskKind.FILL: 15,
    TaskKind.SOURCE: 10,
    TaskKind.TRANSLATE: 30,
    TaskKind.LINK: 10,
    TaskKind.LIGHTEN: 20,
    TaskKind.PLACE: 12,
}
MINUTES_PER_FIRST_FACT = 6
"""Opening a page is one call to a town hall that answers several questions."""
OF_EACH_KIND = 60
"""How many candidates of one kind are looked at; the list shown is shorter."""
NEEDED_FACTS = -(-POINTS_WITH_SUBSTANCE // POINTS_OF_FACT)


@dataclass(frozen=True)
class NextTask:
    """Something short to do: on what, why, for how long, and by how much the index rises.

    `subject` is the id of a place, of a line of the list or of a page; `detail` a kind of fact, or
    the language that a page is missing in.
    """

    kind: TaskKind
    subject: str
    detail: str
    name: str
    title: str
    why: str
    minutes: int
    gain: float
    taken_by: Person | None = None

    @property
    def gain_per_quarter(self) -> float:
        return self.gain * 15 / self.minutes

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.subject, self.detail


def next_tasks(survey: SiteSurvey) -> list[NextTask]:
    """Give the tasks that gain most per quarter of an hour, the best first."""
    order = {kind: number for number, kind in enumerate(TaskKind)}
    found = [
        task
        for source in (_confirm, _check, _fill, _source, _place, _translate, _link, _lighten)
        for task in source(survey)
        if task.gain > 0
    ]
    found.sort(key=lambda task: (-round(task.gain_per_quarter, 9), order[task.kind]))
    holders = _holders(survey.site.organization_id)
    return [replace(task, taken_by=holders.get(task.key)) for task in found]


def best_of_each_kind(tasks: list[NextTask]) -> list[tuple[NextTask, bool]]:
    """Give the best task of each kind, in the order given, and whether there are others of it."""
    return _first_of(tasks, lambda task: task.kind)


def best_of_each_gain(tasks: list[NextTask]) -> list[tuple[NextTask, bool]]:
    """The same for the tasks of one kind that gain the same in the same time."""
    return _first_of(tasks, lambda task: (task.kind, task.minutes, round(task.gain, 9)))


def _first_of(
    tasks: list[NextTask], alike: Callable[[NextTask], Any]
) -> list[tuple[NextTask, bool]]:
    numbers = Counter(alike(task) for task in tasks)
    first: dict[Any, NextTask] = {}
    for task in tasks:
        known = first.setdefault(alike(task), task)
        if known.taken_by is not None and task.taken_by is None:
            first[alike(task)] = task  # the next one that is free
    rows = [(task, numbers[like] > 1) for like, task in first.items()]
    return sorted(rows, key=lambda row: -round(row[0].gain_per_quarter, 9))


def _holders(organization_id: UUID) -> dict[tuple[str, str, str], Person | None]:
    taken = ReviewTask.objects.filter(organization_id=organization_id, done_at=None)
    return {
        (task.kind, task.subject, task.detail): task.person
        for task in taken.select_related("person")
    }


def title_of(kind: str, detail: str, name: str) -> str:
    """Give the words for a task in the active language."""
    label = COMMUNE[detail].label if detail in COMMUNE else dict(settings.LANGUAGES).get(detail, "")
    texts = {
        TaskKind.CONFIRM: gettext("%(label)s of %(name)s: still true?"),
        TaskKind.CHECK: gettext("“%(name)s”: still true?"),
        TaskKind.FILL: gettext("%(label)s of %(name)s"),
        TaskKind.SOURCE: gettext("Source for: %(label)s of %(name)s"),
        TaskKind.PLACE: gettext("Open the page of %(name)s"),
        TaskKind.TRANSLATE: gettext("Translate “%(name)s” (%(label)s)")
        if detail
        else gettext("Bring the translation “%(name)s” up to date"),
        TaskKind.LINK: gettext("Links of “%(name)s”"),
        TaskKind.LIGHTEN: gettext("Make “%(name)s” lighter"),
    }
    return texts[TaskKind(kind)] % {"label": label, "name": name}


def _task(
    kind: TaskKind, subject: Any, detail: str, name: str, why: str, minutes: int, gained: float
) -> NextTask:
    title = title_of(kind, detail, name)
    return NextTask(kind, str(subject), detail, name, title, why, minutes, gained)


def _points_gain(points: dict[UUID, int], place_id: UUID, more: int) -> dict[str, int]:
    """Give the changes of the counts when a place gains `more` points."""
    before = points.get(place_id, 0)
    crosses = before < POINTS_WITH_SUBSTANCE <= before + more
    return {"points": more, "places_with_substance": int(crosses)}


def _confirm(survey: SiteSurvey) -> Iterator[NextTask]:
    today = survey.today
    facts: list[Fact] = []
    for days in (CONTACT_DAYS, COMMUNE_DAYS):
        kinds = [kind.code for kind in COMMUNE.values() if kind.review_days == days]
        due = survey.facts.filter(kind__in=kinds, checked_on__lt=today - timedelta(days=days))
        facts += due.select_related("place").order_by("checked_on", "pk")[:OF_EACH_KIND]
    points = _points_of(survey.today, {fact.place_id for fact in facts})
    for fact in facts:
        age = fact.age_on(today)
        now = freshness(age, COMMUNE[fact.kind].review_days)
        changes: dict[str, float] = {"freshness_sum": 1 - now}
        if now == 0:
            more = fact_points(is_current=True, is_full=fact.is_full, in_form=fact.in_form)
            changes |= _points_gain(points, fact.place_id, more)
        yield _task(
            TaskKind.CONFIRM,
            fact.place_id,
            fact.kind,
            fact.place.name,
            _last_checked(age),
            MINUTES[TaskKind.CONFIRM],
            gain(survey.counts, **changes),
        )


def _check(survey: SiteSurvey) -> Iterator[NextTask]:
    old = [row for row in survey.lasting if survey.age(row[2]) > PAGE_REVIEW_DAYS]
    old.sort(key=lambda row: -survey.age(row[2]))
    for pk, title, checked_on in old[:OF_EACH_KIND]:
        age = survey.age(checked_on)
        yield _task(
            TaskKind.CHECK,
            pk,
            "",
            title,
            _last_checked(age) if checked_on else gettext("never checked yet"),
            MINUTES[TaskKind.CHECK],
            gain(survey.counts, freshness_sum=1 - freshness(age, PAGE_REVIEW_DAYS)),
        )


def _last_checked(days: int) -> str:
    return ngettext("last checked %(days)s day ago", "last checked %(days)s days ago", days) % {
        "days": days
    }


def _points_of(today: date, place_ids: set[UUID]) -> dict[UUID, int]:
    rows = Place.objects.filter(pk__in=place_ids).annotate(now=points_of_place(today))
    return dict(rows.order_by().values_list("pk", "now"))


def _fill(survey: SiteSurvey) -> Iterator[NextTask]:
    """The places nearest to having substance come first: there one more fact counts most."""
    rows = (
        survey.places.annotate(now=points_of_place(survey.today), known=Count("facts"))
        .filter(known__lt=len(COMMUNE))
        .order_by("-now", "folded_name", "pk")
        .values_list("pk", "name", "now")
    )
    below = rows.filter(now__lt=POINTS_WITH_SUBSTANCE)[: OF_EACH_KIND // 2]
    above = rows.filter(now__gte=POINTS_WITH_SUBSTANCE)[: OF_EACH_KIND // 3]
    places = [*below, *above]
    known = defaultdict(set)
    pairs = Fact.objects.filter(place__in=[pk for pk, _name, _now in places])
    for place_id, kind in pairs.order_by().values_list("place_id", "kind"):
        known[place_id].add(kind)
    for pk, name, now in places:
        changes = _points_gain({pk: now}, pk, POINTS_OF_FACT)
        gained = gain(survey.counts, freshness_sum=1, dated=1, facts=1, sourced=1, **changes)
        for kind in [kind for kind in COMMUNE if kind not in known[pk]][:4]:
            yield _task(
                TaskKind.FILL,
                pk,
                kind,
                name,
                gettext("not known yet"),
                MINUTES[TaskKind.FILL],
                gained,
            )


def _source(survey: SiteSurvey) -> Iterator[NextTask]:
    gained = gain(survey.counts, sourced=1)
    facts = survey.facts.exclude(is_sourced()).select_related("place")
    for fact in facts.order_by("-checked_on", "pk")[:OF_EACH_KIND]:
        yield _task(
            TaskKind.SOURCE,
            fact.place_id,
            fact.kind,
            fact.place.name,
            gettext("no source or no date") if not fact.source else gettext("no date"),
            MINUTES[TaskKind.SOURCE],
            gained,
        )


def _place(survey: SiteSurvey) -> Iterator[NextTask]:
    """A page pays once it has substance, so it is opened together with its first facts."""
    if survey.reference_list is None:
        return
    candidates = (
        ReferenceEntry.objects.filter(list=survey.reference_list)
        .exclude(place__in=survey.place_pages.order_by().values("place_id"))
        .annotate(known=Count("place__facts"))
        .order_by("-known", "folded_name", "pk")[:OF_EACH_KIND]
    )
    lines = list(candidates)
    points = _points_of(survey.today, {line.place_id for line in lines if line.place_id})
    facts = _tallies(survey.today, set(points))
    translations = len(survey.site.locales) - 1
    lists = ListPage.objects.filter(survey.below_homes, live=True, listed=Listed.PLACES)
    made = max(lists.values("locale").distinct().count() - 1, 0)
    for line in lines:
        before = points.get(line.place_id, 0) if line.place_id else 0
        missing = max(-(-(POINTS_WITH_SUBSTANCE - before) // POINTS_OF_FACT), 0)
        known = facts.get(line.place_id) if line.place_id else None
        known = known or _Tally()
        minutes = MINUTES[TaskKind.PLACE] + MINUTES_PER_FIRST_FACT * missing
        gained = gain(
            survey.counts,
            covered=1,
            place_pages=1,
            places_with_substance=1,
            points=before + missing * POINTS_OF_FACT,
            freshness_sum=known.fresh + missing,
            dated=known.number + missing,
            facts=known.number + missing,
            sourced=known.sourced + missing,
            translations_due=translations,
            translated=made,
            linked=1 + made,
            pages=1 + made,
            light=1 + made,
        )
        why = ngettext(
            "no page yet; %(number)s fact gives it substance",
            "no page yet; %(number)s facts give it substance",
            missing,
        ) % {"number": missing}
        yield _task(TaskKind.PLACE, line.pk, "", line.name, why, minutes, gained)


@dataclass
class _Tally:
    number: int = 0
    fresh: float = 0.0
    sourced: int = 0


def _tallies(today: date, place_ids: set[UUID]) -> dict[UUID, _Tally]:
    tallies: dict[UUID, _Tally] = defaultdict(_Tally)
    rows = Fact.objects.filter(place__in=place_ids).order_by()
    columns = ("place_id", "kind", "checked_on", "source", "as_of")
    for place_id, kind, checked_on, source, as_of in rows.values_list(*columns):
        tally = tallies[place_id]
        tally.number += 1
        tally.fresh += freshness((today - checked_on).days, COMMUNE[kind].review_days)
        tally.sourced += bool(source and as_of)
    return tallies


_BY_IMPORTANCE = ("HomePage", "PlainPage", "ProjectPage", "ListPage", "NewsPage", "DocumentPage")


def _translate(survey: SiteSurvey) -> Iterator[NextTask]:
    rank = {name: number for number, name in enumerate(_BY_IMPORTANCE)}
    due = [
        (source, language, page)
        for source, language, page in survey.translations
        if not is_fresh(source, page)
    ]
    due.sort(key=lambda each: (rank.get(each[0].kind, len(rank)), each[2] is None, -each[0].pk))
    gained = gain(survey.counts, translated=1)
    added = gain(survey.counts, translated=1, linked=1, pages=1, light=1)
    for source, language, page in due[:OF_EACH_KIND]:
        yield _task(
            TaskKind.TRANSLATE,
            page.pk if page else source.pk,
            "" if page else language,
            page.title if page else source.title,
            gettext("the original has changed its meaning")
            if page
            else gettext("not translated yet"),
            MINUTES[TaskKind.TRANSLATE],
            gained if page else added,
        )


def _link(survey: SiteSurvey) -> Iterator[NextTask]:
    titles = {page.pk: page.title for page in survey.pages}
    for page_id, number in survey.links.dead_per_page().most_common(OF_EACH_KIND):
        why = ngettext("%(number)s link leads nowhere", "%(number)s links lead nowhere", number) % {
            "number": number
        }
        yield _task(
            TaskKind.LINK,
            page_id,
            "",
            titles.get(page_id, ""),
            why,
            MINUTES[TaskKind.LINK] * number,
            gain(survey.counts, flaws=-number),
        )
    for page in survey.links.orphans[:OF_EACH_KIND]:
        yield _task(
            TaskKind.LINK,
            page.pk,
            "",
            page.title,
            gettext("no page links to it and it is in no menu"),
            MINUTES[TaskKind.LINK],
            gain(survey.counts, flaws=-1),
        )


def _lighten(survey: SiteSurvey) -> Iterator[NextTask]:
    heavy = BakedPage.objects.filter(
        site=survey.site, kind=BakedKind.PAGE, page__live=True, weight__gt=LIGHT_BYTES
    ).order_by("weight", "pk")
    gained = gain(survey.counts, light=1)
    for page_id, title, weight in heavy.values_list("page_id", "title", "weight")[:OF_EACH_KIND]:
        yield _task(
            TaskKind.LIGHTEN,
            page_id,
            "",
            title,
            gettext("its first view weighs %(weight)s kB") % {"weight": weight // 1000},
            MINUTES[TaskKind.LIGHTEN],
            gained,
        )


def my_tasks(account: Account) -> list[ReviewTask]:
    """Give what the person of the account took and has not done, oldest first."""
    if account.person_id is None:
        return []
    rows = ReviewTask.objects.filter(person_id=account.person_id, done_at=None)
    return list(rows.order_by("taken_at"))


def minutes_given(account: Account) -> int:
    """Give the minutes credited to the person of the account so far."""
    if account.person_id is None:
        return 0
    done = ReviewTask.objects.filter(person_id=account.person_id, done_at__isnull=False)
    return sum(done.values_list("minutes", flat=True))
