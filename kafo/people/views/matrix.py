"""The matrix of the team: who can what, and what the posts lack."""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.exports import FORMATS
from kafo.desk.views import Column, DeskView
from kafo.people import permissions
from kafo.people.models import Organization
from kafo.people.queries.team import Gap, Matrix, matrix_of
from kafo.people.views.parts import person_link
from kafo.records.acts import record_act
from kafo.records.errors import NotVisible

WIDEST = 5


@dataclass(frozen=True)
class Line:
    """One line of the exported matrix."""

    group: str
    name: str
    level: str
    needed: int | None
    held: int | None
    missing: int | None
    cells: list[str]


def _cell(at: int, line: Line) -> str:
    return line.cells[at] if line.cells else ""


class MatrixView(DeskView):
    """For one organisation (`?organization=`), by default the one that keeps one's own record."""

    policy = permissions.team
    title = gettext_lazy("Skills of the team")
    template_name = "people/matrix.html"

    @cached_property
    def organizations(self) -> list[Organization]:
        scope = self.policy.scope(self.request.user, "view")
        return list(Organization.objects.filter(id__in=scope))

    @cached_property
    def organization(self) -> Organization:
        """The one asked for, else one's own, else the first; raises NotVisible."""
        by_id = {str(each.pk): each for each in self.organizations}
        if asked := self.request.GET.get("organization", ""):
            if asked not in by_id:
                raise NotVisible
            return by_id[asked]
        own = str(self.request.user.person.organization_id)  # type: ignore[union-attr]
        return by_id.get(own) or self.organizations[0]

    @cached_property
    def matrix(self) -> Matrix:
        return matrix_of(self.organization)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if (name := request.GET.get("format", "")) in FORMATS:
            lines, account = self.lines(), request.user
            record_act(
                "desk.list.export",
                actor=account,
                record=account,  # type: ignore[arg-type]
                list="people.matrix",
                format=name,
                rows=len(lines),
            )
            return FORMATS[name]("matrix", self.columns(), lines)
        return super().get(request, *args, **kwargs)

    def columns(self) -> list[Column]:
        """Give the columns of the export."""
        persons = [
            Column(str(person), partial(_cell, at)) for at, person in enumerate(self.matrix.persons)
        ]
        return [
            Column(_("Kind of skill"), "group"),
            Column(_("Skill or language"), "name"),
            Column(_("Level asked for"), "level"),
            Column(_("Posts that ask for it"), "needed"),
            Column(_("Persons who hold it"), "held"),
            Column(_("Missing"), "missing"),
            *persons,
        ]

    def lines(self) -> list[Line]:
        """Give a line per gap, then a line per skill or language with what each person can."""
        found = []
        for group in self.matrix.groups:
            for gap in group.gaps:
                found.append(
                    Line(group.name, gap.name, gap.level, gap.needed, gap.held, gap.missing, [])
                )
            for row in group.rows:
                cells = [words for _sign, words in row.cells]
                found.append(Line(group.name, row.name, "", None, None, None, cells))
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        link = person_link(self.request)
        missing: list[Gap] = self.matrix.missing
        return super().get_context_data(
            organizations=self.organizations,
            organization=self.organization,
            groups=self.matrix.groups,
            persons=[(person, link(person)) for person in self.matrix.persons],
            missing=missing[:WIDEST],
            asked=any(group.gaps for group in self.matrix.groups),
            **kwargs,
        )
