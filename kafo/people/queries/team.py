"""The team of an organisation: who is in it, who can what, and what its posts lack."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kafo.people.enums import BodyKind, Cefr, Level, Profile, language_name
from kafo.people.models import (
    Body,
    Mandate,
    Membership,
    Organization,
    Person,
    PersonLanguage,
    PersonSkill,
    PostRequirement,
    Skill,
)

SOON = timedelta(days=30)
MANY = 4  # more signs than this do not fit beside each other on a phone
CEFR_ORDER = {code: step for step, code in enumerate(Cefr.values, start=1)}


@dataclass(frozen=True)
class Gap:
    """What the posts ask for at one level or more, against what the team holds."""

    name: str
    level: str
    needed: int
    held: int
    learning: int  # persons below the level

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.held)

    @property
    def signs(self) -> str:
        """One sign per post: held, being learned, nobody; figures when there are many."""
        if self.needed > MANY:
            return f"{min(self.held, self.needed)}/{self.needed}"
        held = min(self.held, self.needed)
        learning = min(self.learning, self.needed - held)
        return "●" * held + "◐" * learning + "○" * (self.needed - held - learning)

    def __str__(self) -> str:
        asked = ngettext(
            "%(needed)d post asks for “%(name)s” at level “%(level)s”",
            "%(needed)d posts ask for “%(name)s” at level “%(level)s”",
            self.needed,
        )
        held = ngettext("%(held)d person holds it", "%(held)d persons hold it", self.held)
        if not self.held:
            held = _("nobody holds it")
        values = {"needed": self.needed, "held": self.held, "name": self.name, "level": self.level}
        return f"{asked % values}, {held % values}."


@dataclass(frozen=True)
class Row:
    """One skill or language across the team: one step per person, 0 for none."""

    name: str
    cells: list[tuple[str, str]]  # sign and words, by person in the order of Matrix.persons


@dataclass
class Group:
    """A profile of the team, or its languages."""

    name: str
    gaps: list[Gap] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Matrix:
    persons: list[Person]
    groups: list[Group]

    @property
    def missing(self) -> list[Gap]:
        """Give the gaps that nobody fills, the widest first."""
        gaps = [gap for group in self.groups for gap in group.gaps if gap.missing]
        return sorted(gaps, key=lambda gap: -gap.missing)


def team_of(organization: Organization) -> list[Person]:
    """Give who sits in a core team of the organisation today or holds one of its posts, by name."""
    core = Q(body__organization=organization, body__kind=BodyKind.CORE_TEAM)
    seats = Membership.objects.on().filter(core | Q(post__organization=organization))
    return list(
        Person.objects.filter(id__in=seats.values("person"), erased_at__isnull=True).order_by(
            "folded_name", "id"
        )
    )


def _gaps(
    name: str, steps: dict[int, str], asked: Iterable[tuple[int, int]], held: Iterable[int]
) -> list[Gap]:
    """Give a gap per level asked for; `asked` are (step, posts), `held` one step per person."""
    asked, held = list(asked), list(held)
    return [
        Gap(
            name=name,
            level=steps[step],
            needed=sum(posts for other, posts in asked if other >= step),
            held=sum(1 for other in held if other >= step),
            learning=sum(1 for other in held if 0 < other < step),
        )
        for step in sorted({step for step, _posts in asked})
    ]


def _by(rows: Iterable[Any], key: str, person: str, step: Any) -> dict[Any, dict[Any, int]]:
    found: dict[Any, dict[Any, int]] = {}
    for row in rows:
        found.setdefault(getattr(row, key), {})[getattr(row, person)] = step(row)
    return found


def matrix_of(organization: Organization) -> Matrix:
    """Give skills and languages of the team and what its posts ask for, by profile."""
    persons = team_of(organization)
    ids = [person.pk for person in persons]
    requirements = list(
        PostRequirement.objects.filter(post__organization=organization).select_related("post")
    )
    skill_steps = _by(
        PersonSkill.objects.filter(person__in=ids), "skill_id", "person_id", lambda row: row.level
    )
    language_steps = _by(
        PersonLanguage.objects.filter(person__in=ids),
        "code",
        "person_id",
        lambda row: CEFR_ORDER[row.level],
    )
    skill_asked: dict[Any, list[tuple[int, int]]] = {}
    language_asked: dict[str, list[tuple[int, int]]] = {}
    for each in requirements:
        if each.skill_id:
            skill_asked.setdefault(each.skill_id, []).append((each.level, each.post.seats))
        else:
            step = CEFR_ORDER.get(each.cefr, 1)
            language_asked.setdefault(each.language, []).append((step, each.post.seats))

    def group(
        name: str, entries: list[tuple[Any, str]], steps: Any, asked: Any, held: Any
    ) -> Group:
        found = Group(name)
        for key, label in sorted(entries, key=lambda entry: entry[1]):
            of_person = held.get(key, {})
            found.gaps += _gaps(label, steps, asked.get(key, ()), of_person.values())
            if of_person:
                cells = [_cell(steps, of_person.get(pk, 0)) for pk in ids]
                found.rows.append(Row(label, cells))
        return found

    skills = list(Skill.objects.filter(id__in={*skill_steps, *skill_asked}))
    levels = {int(level): str(level.label) for level in Level}
    groups = [
        group(
            str(profile.label).capitalize(),
            [(skill.pk, str(skill)) for skill in skills if skill.profile == profile],
            levels,
            skill_asked,
            skill_steps,
        )
        for profile in Profile
    ]
    codes = {*language_steps, *language_asked}
    groups.append(
        group(
            _("Languages"),
            [(code, language_name(code)) for code in codes],
            {step: code for code, step in CEFR_ORDER.items()},
            language_asked,
            language_steps,
        )
    )
    return Matrix(persons, [each for each in groups if each.gaps or each.rows])


def _cell(steps: dict[int, str], step: int) -> tuple[str, str]:
    if not step:
        return "", _("no")
    if len(steps) == len(Cefr.values):
        return steps[step], steps[step]
    return "◐●★"[step - 1], steps[step]


def ending_soon(mandates: QuerySet[Mandate]) -> QuerySet[Mandate]:
    """Give those of `mandates` that are in force and end within 30 days, the nearest first."""
    now = timezone.now()
    return mandates.at(now).filter(ends_at__lte=now + SOON).order_by("ends_at", "id")  # type: ignore[attr-defined]


def free_seats(organization_ids: set[UUID]) -> list[Body]:
    """Give the bodies of these organisations with seats that nobody holds today, as `free`."""
    taken = Count("memberships", filter=Q(memberships__in=Membership.objects.on()))
    bodies = Body.objects.filter(organization__in=organization_ids).annotate(
        free=F("seats") - taken
    )
    return list(bodies.filter(free__gt=0).select_related("organization"))
