"""What is held on a person: for herself, and for whoever answers a request made on paper."""

from datetime import datetime
from functools import cached_property
from typing import Any

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from kafo.desk.columns import as_html
from kafo.desk.permissions import Anyone, SignedIn
from kafo.desk.views import ConfirmView, DeskView, FormView
from kafo.people import permissions
from kafo.people.enums import InvitationKind
from kafo.people.forms.protection import (
    WORDINGS,
    ConsentsForm,
    EraseForm,
    OwnDataForm,
    SignInEmailForm,
)
from kafo.people.models import Person
from kafo.people.queries.declarations import kept_for
from kafo.people.queries.protection import acts_about, consents_of, holdings_of
from kafo.people.services.accounts import change_sign_in_email
from kafo.people.services.copies import take_copy
from kafo.people.services.protection import (
    correct_own_data,
    erase_person,
    give_consent,
    withdraw_consent,
)
from kafo.people.views.accounts import asks_again
from kafo.people.views.parts import moment
from kafo.records.acts import act_label
from kafo.records.errors import NotVisible


class PersonalView(DeskView):
    """About the person in the address, or about the one who is signed in when there is none."""

    policy = permissions.persons
    model = Person
    action = "protect"

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "pk" not in kwargs:
            self.record = getattr(request.user, "person", None)
            if self.record is None:
                raise NotVisible
        return super().answer(request, *args, **kwargs)

    @property
    def is_own(self) -> bool:
        return permissions.is_oneself(self.request.user, self.record)

    def address(self, name: str) -> str:
        """Give the address of a page about the same person."""
        own, of_person = f"account:me-{name}", f"account:held-{name}"
        if "pk" in self.kwargs:
            return reverse(of_person, args=[self.record.pk])
        return reverse(own)

    def get_back(self) -> tuple[Any, str] | None:
        return (_("What is held"), self.address("data"))


class HeldView(PersonalView):
    """All that is held, what each field is for, how long it is kept and who sees it."""

    template_name = "people/held.html"

    def get_title(self) -> str:
        if self.is_own:
            return _("My data")
        return _("What is held on %(person)s") % {"person": self.record}

    def get_back(self) -> tuple[Any, str] | None:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups = [
            (name, self._by_use(pairs)) for name, pairs in holdings_of(self.record, with_acts=False)
        ]
        acts = acts_about(self.record).order_by("-timestamp")[:20]
        recoveries = self.record.invitations.filter(kind=InvitationKind.RECOVERY)
        return super().get_context_data(
            groups=groups,
            acts=[{"timestamp": act.timestamp, "words": act_label(act.action)} for act in acts],
            is_own=self.is_own,
            wordings=[(text, purpose in self.consents) for purpose, text in WORDINGS.items()],
            recoveries=recoveries.select_related("created_by__person"),
            correct_url=self.address("correct") if self.is_own else "",
            consents_url=self.address("consents"),
            copy_url=self.address("copy"),
            erase_url=self.address("erase"),
            **kwargs,
        )

    def _by_use(self, pairs: list[Any]) -> list[tuple[dict[str, Any], list[tuple[str, Any]]]]:
        """Put together the fields that are kept for the same purpose, as long, seen by the same."""
        found: dict[Any, list[tuple[str, Any]]] = {}
        for entry, value in pairs:
            if value in (None, "") or value is False:
                continue
            use = (entry.purpose, entry.basis, entry.months, entry.visibility(self.consents))
            shown = moment(value) if isinstance(value, datetime) else value
            found.setdefault(use, []).append((entry.label, as_html(shown)))
        return [
            (
                {
                    "purpose": purpose.label,
                    "basis": basis.label,
                    "kept": kept_for(months),
                    "seen_by": seen_by.label,
                },
                fields,
            )
            for (purpose, basis, months, seen_by), fields in found.items()
        ]

    @cached_property
    def consents(self) -> set[str]:
        return consents_of(self.record)


class CorrectView(PersonalView, FormView):
    title = gettext_lazy("Correct my data")
    form_class = OwnDataForm
    done_text = gettext_lazy("Corrected.")

    def save(self, form: Any) -> None:
        correct_own_data(actor=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]


@asks_again
class SignInEmailView(FormView):
    policy = SignedIn()
    action = "change"
    title = gettext_lazy("E-mail of the sign-in")
    form_class = SignInEmailForm

    def get_initial(self) -> dict[str, Any]:
        return {"email": getattr(self.request.user, "email", "")}

    def get_back(self) -> tuple[Any, str] | None:
        return (_("My data"), reverse("account:me-data"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Nobody finds out by trying which addresses are in use.
        limited = ratelimit.consume_or_429(request, action="manage_email", user=request.user)
        return limited or super().post(request, *args, **kwargs)

    def save(self, form: Any) -> None:
        change_sign_in_email(actor=self.request.user, email=form.cleaned_data["email"])  # type: ignore[arg-type]


class ConsentsView(PersonalView, FormView):
    title = gettext_lazy("What I agree to")
    form_class = ConsentsForm
    intro = gettext_lazy("Nobody has to agree. A consent can be withdrawn here at any time.")

    def get_initial(self) -> dict[str, Any]:
        return dict.fromkeys(consents_of(self.record), True)

    def save(self, form: Any) -> None:
        before = consents_of(self.record)
        for purpose, wording in WORDINGS.items():
            wanted = form.cleaned_data[purpose.value]
            about = {"actor": self.request.user, "person": self.record, "purpose": purpose}
            if wanted and purpose not in before:
                give_consent(wording=str(wording), **about)
            if not wanted and purpose in before:
                withdraw_consent(**about)


class CopyView(PersonalView):
    """The file to take away; asked for by a button, for it leaves a trace."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        content = take_copy(actor=request.user, person=self.record)
        name = f"kafo-{timezone.localdate():%Y-%m-%d}.zip"
        return HttpResponse(
            content,
            content_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


@asks_again
class EraseView(PersonalView, ConfirmView):
    template_name = "people/erase.html"
    form_class = EraseForm
    button = gettext_lazy("Erase for good")
    done_text = ""

    def get_title(self) -> str:
        if self.is_own:
            return _("Erase what is held on me?")
        return _("Erase what is held on %(person)s?") % {"person": self.record}

    def save(self, form: Any) -> None:
        erase_person(actor=self.request.user, person=self.record)

    def get_result_url(self, result: Any) -> str:
        return reverse("account:erased")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(is_own=self.is_own, **kwargs)


class ErasedView(TemplateView):
    """Says that it was done; the account may be gone by now, so it asks nobody who she is."""

    policy = Anyone()
    template_name = "people/erased.html"
