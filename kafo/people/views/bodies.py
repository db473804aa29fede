"""Bodies, and the seats that persons take in them or in posts."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kafo.desk.columns import as_text
from kafo.desk.views import (
    Action,
    Column,
    ConfirmView,
    Filter,
    ListView,
    RecordView,
    Section,
)
from kafo.people import permissions
from kafo.people.enums import BodyKind
from kafo.people.forms.organizations import BodyForm
from kafo.people.forms.persons import EndSeatForm, SeatForm
from kafo.people.models import Body, Membership, Person
from kafo.people.services.bodies import add_membership, end_membership, restore_membership
from kafo.people.services.organizations import change_body
from kafo.people.views.parts import (
    ActorForm,
    RecordForm,
    deeds,
    is_named,
    is_open,
    known,
    organization_choices,
    person_link,
    place_link,
    place_of,
    seat_words,
)


def with_holders(places: QuerySet[Any]) -> QuerySet[Any]:
    """Fetch with bodies or posts those who hold a seat today, as `holders`."""
    today = Membership.objects.on().select_related("person").order_by("person__folded_name", "id")
    return places.select_related("organization").prefetch_related(
        Prefetch("memberships", queryset=today, to_attr="holders")
    )


def seats_words(place: Any) -> str:
    """Say how many seats are taken and how many are free; `place` comes from `with_holders`."""
    taken = len(place.holders)
    if not place.seats:
        return ngettext("%(taken)d person", "%(taken)d persons", taken) % {"taken": taken}
    words = _("%(taken)d of %(seats)d taken") % {"taken": taken, "seats": place.seats}
    free = place.seats - taken
    if free > 0:
        words += ", " + ngettext("%(free)d free", "%(free)d free", free) % {"free": free}
    return words


class BodyList(ListView):
    model = Body
    policy = permissions.bodies
    title = gettext_lazy("Board, team, committees")
    columns = (
        Column(gettext_lazy("Body"), "name", link="people:body"),
        Column(gettext_lazy("Kind"), "kind", sort=("kind", "id")),
        Column(gettext_lazy("Organisation"), "organization"),
        Column(gettext_lazy("Seats"), seats_words),
    )
    order = ("kind", "id")
    empty_text = gettext_lazy("No body yet. Set one up from the page of its organisation.")

    def get_filters(self) -> Iterable[Filter]:
        yield Filter("kind", _("Kind"), BodyKind.choices)
        yield Filter("organization", _("Organisation"), organization_choices(self.policy))

    def get_rows(self) -> QuerySet[Any]:
        return with_holders(Body.objects.all())


def seat_columns(view: Any) -> list[Column]:
    """Give the columns for those who sit or sat somewhere."""
    return [
        Column(_("Person"), "person", link=person_link(view.request)),
        Column(_("Role"), seat_words),
        Column(_("From"), "starts_on"),
        Column(_("Until"), "ends_on"),
        *seat_deeds(view),
    ]


def seat_deeds(view: Any) -> list[Column]:
    """Give the column to end a membership, for those who may."""
    if not permissions.memberships.may(view.request.user, "change"):
        return []
    ask = (view.request, _("End"), permissions.memberships, "change")
    return [deeds(*ask, "people:membership-end", is_open)]


def holder_sections(view: Any, titles: tuple[str, str], empty_text: Any) -> Iterable[Section]:
    """Give who sits there now or will, and who did; `titles` are those of the two."""
    seats = view.record.memberships.select_related(
        "person", "body__organization", "post__organization"
    )
    seats = seats.order_by("person__folded_name", "id")
    rows = [row for row in seats if is_named(view.request, row)]
    columns = seat_columns(view)
    open_rows = [row for row in rows if is_open(row)]
    yield Section(titles[0], columns, open_rows, empty_text)
    if past := [row for row in rows if not is_open(row)]:
        restore = deeds(
            view.request,
            _("Take back the end"),
            permissions.memberships,
            "change",
            "people:membership-restore",
        )
        yield Section(titles[1], [*columns[:4], restore], past)


class BodyView(RecordView):
    model = Body
    policy = permissions.bodies
    back_url_name = "people:bodies"
    back_label = gettext_lazy("Board, team, committees")
    fields = (
        Column(gettext_lazy("Kind"), "kind"),
        Column(
            gettext_lazy("Organisation"),
            "organization",
            link=lambda row: reverse("people:organization", args=[row.organization_id]),
        ),
        Column(gettext_lazy("Seats"), seats_words),
    )
    actions = (Action(gettext_lazy("Change"), "people:body-change", "change"),)

    def get_rows(self) -> QuerySet[Any]:
        return with_holders(Body.objects.all())

    def get_sections(self) -> Iterable[Section]:
        return holder_sections(
            self,
            (_("Members"), _("Former members")),
            _("Nobody sits in it yet. Seats are given from the page of a person."),
        )


class BodyChange(RecordForm):
    model = Body
    page = "people:body"
    policy = permissions.bodies
    form_class = BodyForm
    title = gettext_lazy("Change a body")

    def save(self, form: Any) -> Any:
        change_body(actor=self.request.user, body=self.record, **form.cleaned_data)


class SeatAdd(ActorForm, RecordForm):
    """Gives the person of the address a seat or a post."""

    model = Person
    policy = permissions.persons
    action = "change"
    form_class = SeatForm
    title = gettext_lazy("Give a seat or a post")
    page = "people:person"

    def get_facts(self) -> list[tuple[Any, Any]]:
        return [(_("Person"), self.record)]

    def save(self, form: Any) -> Any:
        add_membership(actor=self.request.user, person=self.record, **form.cleaned_data)


class _OfMembership(ConfirmView):
    model = Membership
    policy = permissions.memberships
    action = "change"

    def get_rows(self) -> QuerySet[Any]:
        return Membership.objects.select_related(
            "person", "body__organization", "post__organization"
        )

    def get_back(self) -> tuple[Any, str]:
        return str(place_of(self.record)), place_link(self.record)

    def get_facts(self) -> list[tuple[Any, Any]]:
        return known(
            (_("Person"), self.record.person),
            (_("Where"), f"{place_of(self.record)} · {place_of(self.record).organization}"),
            (_("From"), as_text(self.record.starts_on)),
            (_("Until"), as_text(self.record.ends_on)),
        )


class SeatEnd(_OfMembership):
    form_class = EndSeatForm
    title = gettext_lazy("End this membership?")
    button = gettext_lazy("End the membership")
    done_text = gettext_lazy("The membership has an end. It stays in the list of former members.")
    intro = gettext_lazy(
        "Mandates are something else: who leaves the team keeps her rights until her mandate ends."
    )

    def get_initial(self) -> dict[str, date]:
        return {"ends_on": timezone.localdate()}

    def save(self, form: Any) -> Any:
        end_membership(actor=self.request.user, membership=self.record, **form.cleaned_data)


class SeatRestore(_OfMembership):
    title = gettext_lazy("Take back the end of this membership?")
    button = gettext_lazy("Take back the end")
    done_text = gettext_lazy("The membership goes on, as if it had not been ended.")
    is_dangerous = False

    def save(self, form: Any) -> Any:
        restore_membership(actor=self.request.user, membership=self.record)
