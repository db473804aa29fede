"""Organisations, their offices, their units."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.views import Action, Column, Filter, ListView, RecordView, Section
from kafo.people import permissions
from kafo.people.forms.organizations import BodyForm, OfficeForm, OrganizationForm
from kafo.people.models import Body, Office, Organization
from kafo.people.services.organizations import (
    add_body,
    add_organization,
    change_organization,
    set_office,
)
from kafo.people.views.bodies import seats_words, with_holders
from kafo.people.views.parts import ActorForm, RecordForm
from kafo.people.views.posts import places_words


def _office(organization: Organization) -> Any:
    return getattr(organization, "office", None)


def _work_languages(organization: Organization) -> str:
    office, names = _office(organization), dict(settings.LANGUAGES)
    return ", ".join(names.get(code, code) for code in office.languages) if office else ""


def _kind(organization: Organization) -> str:
    if organization.is_partner:
        return _("partner")
    return _("unit") if organization.unit_of_id else _("federation or association")


class OrganizationList(ListView):
    model = Organization
    policy = permissions.organizations
    title = gettext_lazy("Organisations")
    columns = (
        Column(gettext_lazy("Name"), "name", sort="short_name", link="people:organization"),
        Column(gettext_lazy("Short name"), "short_name"),
        Column(gettext_lazy("Kind"), _kind),
        Column(gettext_lazy("Part of"), "unit_of"),
        Column(gettext_lazy("Town"), "town", sort="town"),
        Column(gettext_lazy("Country"), "country", sort="country"),
    )
    search_fields = ("name", "short_name", "town")
    search_label = gettext_lazy("Name or town")
    filters = (
        Filter(
            "is_partner",
            gettext_lazy("Kind"),
            (("False", gettext_lazy("of the federation")), ("True", gettext_lazy("partners"))),
        ),
    )
    order = ("short_name",)
    add_url_name = "people:organization-add"
    add_label = gettext_lazy("Add an organisation")

    def get_rows(self) -> QuerySet[Any]:
        return Organization.objects.select_related("unit_of")


class OrganizationView(RecordView):
    model = Organization
    policy = permissions.organizations
    back_url_name = "people:organizations"
    back_label = gettext_lazy("Organisations")
    fields = (
        Column(gettext_lazy("Name"), "name"),
        Column(gettext_lazy("Short name"), "short_name"),
        Column(gettext_lazy("Kind"), _kind),
        Column(
            gettext_lazy("Part of"),
            "unit_of",
            link=lambda row: (
                reverse("people:organization", args=[row.unit_of_id]) if row.unit_of_id else None
            ),
        ),
        Column(gettext_lazy("Country"), "country"),
        Column(gettext_lazy("Town"), "town"),
        Column(gettext_lazy("Seat"), lambda row: _office(row) and _office(row).seat),
        Column(gettext_lazy("Address"), lambda row: _office(row) and _office(row).address),
        Column(gettext_lazy("Languages of work"), _work_languages),
        Column(gettext_lazy("Time zone"), lambda row: _office(row) and _office(row).time_zone),
        Column(gettext_lazy("Website"), "website", link=lambda row: row.website or None),
        Column(
            gettext_lazy("Receipt number"),
            "receipt_number",
            help=gettext_lazy("Stands on the letters of the association."),
        ),
        Column(gettext_lazy("Founded on"), "founded_on"),
    )
    actions = (
        Action(gettext_lazy("Change"), "people:organization-change", "change"),
        Action(gettext_lazy("Seat and languages"), "people:office-change", "change"),
    )

    def get_title(self) -> Any:
        return str(self.record.name) or self.record.short_name

    def get_rows(self) -> QuerySet[Any]:
        return Organization.objects.select_related("unit_of", "office")

    def get_sections(self) -> Iterable[Section]:
        user = self.request.user
        may_change = self.may("change")
        units = self.policy.visible_to(user, self.record.units.all())
        yield Section(
            _("Units"),
            [
                Column(_("Name"), "name", link="people:organization"),
                Column(_("Town"), "town"),
            ],
            units,
            _("It has no units."),
            (_("Add a unit"), reverse("people:organization-add") + f"?unit_of={self.record.pk}")
            if may_change
            else None,
        )
        bodies = permissions.bodies.visible_to(user, self.record.bodies.all())
        yield Section(
            _("Bodies"),
            [
                Column(_("Body"), "name", link="people:body"),
                Column(_("Kind"), "kind"),
                Column(_("Seats"), seats_words),
            ],
            with_holders(bodies),
            _("No board and no team has been set up."),
            (_("Set up a body"), reverse("people:body-add", args=[self.record.pk]))
            if may_change
            else None,
        )
        posts = permissions.posts.visible_to(user, self.record.posts.all())
        yield Section(
            _("Posts"),
            [
                Column(_("Post"), "title", link="people:post"),
                Column(_("Filled or vacant"), places_words),
            ],
            with_holders(posts),
            _("No job description has been written."),
            (_("Write a job description"), reverse("people:post-add"))
            if permissions.posts.may(user, "add")
            else None,
        )


class OrganizationAdd(ActorForm):
    model = Organization
    policy = permissions.organizations
    form_class = OrganizationForm
    title = gettext_lazy("Add an organisation")
    back_url_name = "people:organizations"
    back_label = gettext_lazy("Organisations")

    def get_initial(self) -> dict[str, Any]:
        return {"unit_of": self.request.GET.get("unit_of", "")}

    def save(self, form: Any) -> Any:
        return add_organization(actor=self.request.user, **form.cleaned_data)

    def get_result_url(self, result: Any) -> str:
        return reverse("people:organization", args=[result.pk])


class _OfOrganization(RecordForm):
    model = Organization
    policy = permissions.organizations
    action = "change"
    page = "people:organization"


class OrganizationChange(ActorForm, _OfOrganization):
    form_class = OrganizationForm
    title = gettext_lazy("Change an organisation")

    def save(self, form: Any) -> Any:
        change_organization(actor=self.request.user, organization=self.record, **form.cleaned_data)


class OfficeChange(_OfOrganization):
    form_class = OfficeForm
    title = gettext_lazy("Seat and languages")

    def get_form_kwargs(self) -> dict[str, Any]:
        office = Office.objects.filter(organization=self.record).first()
        return {**super().get_form_kwargs(), "instance": office}

    def save(self, form: Any) -> Any:
        set_office(actor=self.request.user, organization=self.record, **form.cleaned_data)


class BodyAdd(_OfOrganization):
    form_class = BodyForm
    title = gettext_lazy("Set up a body")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": Body()}

    def save(self, form: Any) -> Any:
        return add_body(actor=self.request.user, organization=self.record, **form.cleaned_data)

    def get_result_url(self, result: Any) -> str:
        return reverse("people:body", args=[result.pk])
