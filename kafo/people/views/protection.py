"""Guardians' authorisations, and the register of processing with its declarations."""

import csv
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.columns import as_text
from kafo.desk.exports import cell
from kafo.desk.views import Column, ConfirmView, DeskView, FormView, ListView
from kafo.people import permissions
from kafo.people.declarations import LAWS
from kafo.people.forms.protection import AuthorizationForm, ProcessingForm
from kafo.people.models import GuardianAuthorization, Organization, Person, Processing
from kafo.people.queries.declarations import (
    declaration,
    declaration_rows,
    declaration_text,
    fields_of,
    retention_of,
)
from kafo.people.queries.protection import default_processing, processings_of
from kafo.people.services.protection import (
    add_authorization,
    approve_authorization,
    change_processing,
    withdraw_authorization,
)
from kafo.people.views.parts import deed, known, person_link, tag
from kafo.records.errors import NotVisible


def _state(authorization: GuardianAuthorization) -> str:
    if authorization.withdrawn_at:
        return _("withdrawn")
    return _("approved") if authorization.approved_at else _("waits for a second person")


class AuthorizationsView(ListView):
    policy = permissions.authorizations
    model = GuardianAuthorization
    title = gettext_lazy("Authorisations for minors")
    intro = gettext_lazy(
        "Whoever is under 18 needs the signed authorisation of a guardian before a mandate or an "
        "account. At 18 it is not needed any more."
    )
    order = ("-created_at",)
    search_fields = ("person__folded_name",)
    search_label = gettext_lazy("Name")
    empty_text = gettext_lazy(
        "No authorisation yet. Open a minor's record and choose “Authorisation”."
    )

    def get_columns(self) -> Iterable[Column]:
        def step(each: GuardianAuthorization) -> tuple[str, str]:
            """Give words and action of what the account may do next, if anything."""
            next_ = (_("Withdraw"), "withdraw") if each.approved_at else (_("Approve"), "approve")
            is_open = not each.withdrawn_at and self.policy.may(self.request.user, next_[1], each)
            return next_ if is_open else ("", "")

        def words(each: GuardianAuthorization) -> Any:
            return deed(step(each)[0], each) if step(each)[0] else ""

        def link(each: GuardianAuthorization) -> str | None:
            action = step(each)[1]
            return reverse(f"account:authorization-{action}", args=[each.pk]) if action else None

        yield Column(_("Minor"), "person", link=person_link(self.request))
        yield Column(_("Guardian"), "guardian_name")
        yield Column(_("Signed on"), "signed_on", sort="signed_on")
        yield Column(_("State"), lambda each: tag(_state(each)))
        yield Column(_("Recorded by"), "recorded_by")
        yield Column(_("Approved by"), "approved_by")
        if self.may("approve"):
            yield Column(_("Next step"), words, link=link, is_deed=True)

    def get_rows(self) -> QuerySet[Any]:
        return GuardianAuthorization.objects.select_related("person", "recorded_by", "approved_by")


class AddAuthorizationView(FormView):
    policy = permissions.persons
    model = Person
    action = "authorize"
    title = gettext_lazy("Authorisation of a guardian")
    form_class = AuthorizationForm
    intro = gettext_lazy("Copy it from the signed paper. A second person, not you, approves it.")
    back_url_name = "account:authorizations"
    back_label = AuthorizationsView.title
    done_text = gettext_lazy(
        "Recorded. It holds once a second person, of the direction or of the board, has approved "
        "it: it waits on her start page."
    )

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        kwargs.pop("instance", None)
        return kwargs

    def get_facts(self) -> list[tuple[Any, Any]]:
        return [(_("Minor"), self.record)]

    def save(self, form: Any) -> None:
        add_authorization(actor=self.request.user, person=self.record, **form.cleaned_data)


class _AuthorizationStepView(ConfirmView):
    policy = permissions.authorizations
    model = GuardianAuthorization
    back_url_name = "account:authorizations"
    back_label = gettext_lazy("Authorisations for minors")

    def get_facts(self) -> list[tuple[Any, Any]]:
        each = self.record
        return known(
            (_("Minor"), each.person),
            (_("Guardian"), each.guardian_name),
            (_("Contact"), each.guardian_contact),
            (_("Relation to the minor"), each.relation),
            (_("Signed on"), as_text(each.signed_on)),
            (_("Recorded by"), each.recorded_by),
        )


class ApproveAuthorizationView(_AuthorizationStepView):
    action = "approve"
    title = gettext_lazy("Approve this authorisation?")
    intro = gettext_lazy("Approve only what you have seen signed.")
    button = gettext_lazy("I have seen it: approve")
    done_text = gettext_lazy("Approved.")
    is_dangerous = False

    def save(self, form: Any) -> None:
        approve_authorization(actor=self.request.user, authorization=self.record)


class WithdrawAuthorizationView(_AuthorizationStepView):
    action = "withdraw"
    title = gettext_lazy("Withdraw this authorisation?")
    intro = gettext_lazy("The minor's mandates and consents end now.")
    button = gettext_lazy("Withdraw")
    done_text = gettext_lazy("Withdrawn.")

    def save(self, form: Any) -> None:
        withdraw_authorization(actor=self.request.user, authorization=self.record)


class RegisterView(DeskView):
    """The register of processing of each organisation that the account protects data for."""

    policy = permissions.processings
    template_name = "people/register.html"
    title = gettext_lazy("Register of processing")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scope = permissions.processings.scope(self.request.user, "change")
        rows = Organization.objects.filter(pk__in=scope).select_related("office")
        own = getattr(getattr(self.request.user, "person", None), "organization_id", None)
        registers = [
            {"organization": organization, "entries": _described(organization)}
            for organization in sorted(rows, key=lambda row: row.pk != own)
        ]
        return super().get_context_data(registers=registers, laws=LAWS.values(), **kwargs)


def _described(organization: Organization) -> list[dict[str, Any]]:
    return [
        {
            "processing": each,
            "kept": retention_of(each),
            "fields": len(fields_of(each)),
        }
        for each in processings_of(organization)
    ]


class _OrganizationView(DeskView):
    """About the organisation in the address, when the account protects its data."""

    policy = permissions.processings

    def get_organization(self) -> Organization:
        """Give the organisation; raises NotVisible."""
        found = Organization.objects.filter(pk=self.kwargs["organization"]).first()
        if found is None or found.pk not in permissions.processings.scope(
            self.request.user, "change"
        ):
            raise NotVisible
        return found

    def get_back(self) -> tuple[Any, str] | None:
        return (_("Register of processing"), reverse("account:register"))


class ProcessingView(_OrganizationView, FormView):
    action = "change"
    form_class = ProcessingForm

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        purposes = {entry.purpose for entry in processings_of(self.get_organization())}
        if kwargs["purpose"] not in purposes:
            raise NotVisible
        return super().answer(request, *args, **kwargs)

    def _entry(self) -> Processing:
        organization, purpose = self.get_organization(), self.kwargs["purpose"]
        stored = Processing.objects.filter(organization=organization, purpose=purpose).first()
        return stored or default_processing(organization, purpose)

    def get_title(self) -> str:
        return capfirst(str(self._entry()))

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"instance": self._entry()}

    def save(self, form: Any) -> None:
        change_processing(
            actor=self.request.user,
            organization=self.get_organization(),
            purpose=self.kwargs["purpose"],
            **form.cleaned_data,
        )


class DeclarationView(_OrganizationView):
    """The register as the content of a declaration: to print, as a table, as text to copy."""

    template_name = "people/declaration.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        organization, law = self.get_organization(), LAWS.get(kwargs["law"])
        if law is None:
            raise NotVisible
        if kwargs["kind"] == "txt":
            text = declaration_text(organization, law)
            return _file(HttpResponse(text, content_type="text/plain; charset=utf-8"), law, "txt")
        if kwargs["kind"] == "csv":
            response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
            rows = declaration_rows(organization, law)
            csv.writer(response).writerows([cell(part) for part in row] for row in rows)
            return _file(response, law, "csv")
        if kwargs["kind"] != "html":
            raise NotVisible
        entries = declaration(organization, law)
        context = self.get_context_data(organization=organization, law=law, entries=entries)
        return self.render_to_response(context)

    def get_title(self) -> str:
        return str(LAWS[self.kwargs["law"]].name)


def _file(response: HttpResponse, law: Any, kind: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="declaration-{law.code}.{kind}"'
    return response
