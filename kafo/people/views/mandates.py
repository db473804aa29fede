"""Mandates: who may do what, where, from when to when."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.columns import as_text
from kafo.desk.views import (
    Action,
    Column,
    ConfirmView,
    Filter,
    ListView,
    RecordView,
)
from kafo.people import permissions
from kafo.people.enums import Role
from kafo.people.forms.mandates import EndMandateForm, MandateForm
from kafo.people.models import Mandate, Person
from kafo.people.queries.team import ending_soon
from kafo.people.services.mandates import end_mandate, give_again, give_mandate
from kafo.people.views.parts import (
    ActorForm,
    RecordForm,
    deeds,
    is_mandate_open,
    known,
    mandate_state,
    moment,
    organization_choices,
    person_link,
    tag,
)


def in_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Give those of `rows`, mandates, that are in one of STATES."""
    now = timezone.now()
    if state == "soon":
        return ending_soon(rows)
    if state == "past":
        return rows.filter(ends_at__lte=now)
    if state == "coming":
        return rows.filter(starts_at__gt=now).exclude(ends_at__lte=now)
    return rows.at(now)  # type: ignore[attr-defined]


STATES = (
    ("now", gettext_lazy("in force")),
    ("soon", gettext_lazy("ending within 30 days")),
    ("coming", gettext_lazy("coming")),
    ("past", gettext_lazy("past")),
)


def mandate_deeds(view: Any, where: Callable[[Any], bool]) -> list[Column]:
    """Give the column to end a mandate."""
    ask = (view.request, _("End"), permissions.mandates, "end", "people:mandate-end")
    return [deeds(*ask, where)]


class MandateList(ListView):
    model = Mandate
    policy = permissions.mandates
    title = gettext_lazy("Mandates")
    intro = gettext_lazy(
        "Who may do what, where, from when to when. No right comes from elsewhere."
    )
    search_fields = ("person__folded_name",)
    search_label = gettext_lazy("Name")
    order = ("-starts_at",)
    empty_text = gettext_lazy("No mandate has been given yet.")

    def get_columns(self) -> Iterable[Column]:
        return [
            Column(_("Person"), "person", sort="person__folded_name", link="people:mandate"),
            Column(_("Role"), "role", sort="role"),
            Column(_("Where"), "organization"),
            Column(_("From"), lambda row: moment(row.starts_at), sort="starts_at"),
            Column(_("Until"), lambda row: moment(row.ends_at), sort="ends_at"),
            Column(_("State"), mandate_state),
            Column(_("Decided by"), "reason"),
        ]

    def get_filters(self) -> Iterable[Filter]:
        yield Filter("state", _("State"), STATES, in_state)
        yield Filter("role", _("Role"), Role.choices)
        yield Filter("organization", _("Where"), organization_choices(self.policy))

    def get_links(self) -> list[tuple[Any, str]]:
        # A mandate is given from the page of a person: a list of all persons has no end.
        if self.policy.may(self.request.user, "add"):
            return [(_("Choose a person to give a mandate to"), reverse("people:persons"))]
        return []

    def get_rows(self) -> QuerySet[Any]:
        return Mandate.objects.select_related("person", "organization")


class MandateView(RecordView):
    model = Mandate
    policy = permissions.mandates
    back_url_name = "people:mandates"
    back_label = gettext_lazy("Mandates")
    history_action = "end"

    def get_rows(self) -> QuerySet[Any]:
        return Mandate.objects.select_related("person", "organization", "given_by")

    def get_fields(self) -> Iterable[Column]:
        yield Column(_("Person"), "person", link=person_link(self.request))
        yield Column(_("Role"), "role")
        yield Column(_("Where"), "organization")
        yield Column(_("State"), lambda row: tag(mandate_state(row)))
        yield Column(_("From"), lambda row: moment(row.starts_at))
        yield Column(_("Until"), lambda row: moment(row.ends_at))
        yield Column(_("Decided by"), "reason")
        yield Column(_("Given by"), "given_by")
        if self.record.ended_reason:
            yield Column(_("Why it ended"), "ended_reason")

    def get_actions(self) -> Iterable[Action]:
        if is_mandate_open(self.record):
            yield Action(_("End the mandate"), "people:mandate-end", "end", is_danger=True)
        else:
            yield Action(_("Give it again"), "people:mandate-again", "add", is_post=True)


class MandateAdd(ActorForm, RecordForm):
    """Gives the person of the address a mandate."""

    model = Person
    policy = permissions.persons
    action = "give_mandate"
    form_class = MandateForm
    title = gettext_lazy("Give a mandate")
    button = gettext_lazy("Give the mandate")
    done_text = gettext_lazy("The mandate is given.")
    page = "people:person"

    def get_facts(self) -> list[tuple[Any, Any]]:
        return [(_("Person"), self.record)]

    def get_initial(self) -> dict[str, Any]:
        return {"organization": self.record.organization_id}

    def save(self, form: Any) -> Any:
        return give_mandate(actor=self.request.user, person=self.record, **form.cleaned_data)

    def get_result_url(self, result: Any) -> str:
        return reverse("people:mandate", args=[result.pk])

    def get_done_text(self, result: Any) -> Any:
        if hasattr(self.record, "account"):
            return self.done_text
        return _("The mandate is given. Now invite the person, so that she can sign in.")


class _OfMandate(ConfirmView):
    model = Mandate
    policy = permissions.mandates

    def get_rows(self) -> QuerySet[Any]:
        return Mandate.objects.select_related("person", "organization", "given_by")

    def get_back(self) -> tuple[Any, str]:
        return str(self.record), reverse("people:mandate", args=[self.record.pk])

    def get_facts(self) -> list[tuple[Any, Any]]:
        return known(
            (_("Person"), self.record.person),
            (_("Mandate"), f"{self.record.get_role_display()} · {self.record.organization}"),
            (_("From"), as_text(moment(self.record.starts_at))),
            (_("Until"), as_text(moment(self.record.ends_at))),
            (_("Given by"), self.record.given_by),
        )


class MandateEnd(_OfMandate):
    action = "end"
    form_class = EndMandateForm
    title = gettext_lazy("End this mandate?")
    button = gettext_lazy("End the mandate")
    intro = gettext_lazy("What it allows is over at once, or at the start of the day you choose.")
    done_text = gettext_lazy("The mandate has an end. Was it a mistake? Give it again from here.")

    def get_warning(self) -> Any:
        if permissions.is_oneself(self.request.user, self.record.person):
            return _("This is your own mandate. You cannot give it back to yourself.")
        return ""

    def save(self, form: Any) -> Any:
        end_mandate(actor=self.request.user, mandate=self.record, **form.cleaned_data)


class MandateAgain(_OfMandate):
    action = "add"
    title = gettext_lazy("Give this mandate again?")
    button = gettext_lazy("Give it again")
    intro = gettext_lazy("A new mandate with the same values begins now.")
    done_text = gettext_lazy("The mandate is given again, from now on.")
    is_dangerous = False

    def save(self, form: Any) -> Any:
        return give_again(actor=self.request.user, mandate=self.record)

    def get_result_url(self, result: Any) -> str:
        return reverse("people:mandate", args=[result.pk])
