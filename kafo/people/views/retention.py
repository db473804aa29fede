"""What is past its period, with the two things that may be done with it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.columns import as_text
from kafo.desk.views import Column, ConfirmView, DeskView, FormView, Section
from kafo.people import permissions
from kafo.people.forms.protection import KeepForm
from kafo.people.models import GuardianAuthorization, Person
from kafo.people.queries.retention import count_anew, papers_past_period, persons_past_period
from kafo.people.services.retention import erase_authorization, keep_authorization, keep_person
from kafo.people.views.parts import deeds, person_link

SHOWN = 50
YEAR = timedelta(days=365)


def _last_day(person: Any) -> Any:
    """Give the day on which the person last held something; `persons_past_period` adds both."""
    lost_on = person.lost_at and timezone.localtime(person.lost_at).date()
    return max(filter(None, (person.left_on, lost_on)), default=None)


class RetentionView(DeskView):
    """The oldest come first; what is decided makes room for the next."""

    policy = permissions.retention
    template_name = "people/retention.html"
    title = gettext_lazy("Past their period")

    def get_back(self) -> tuple[Any, str] | None:
        return (_("Register of processing"), reverse("account:register"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sections=list(self.get_sections()), **kwargs)

    def _deeds(self, policy: Any, **steps: str) -> list[Column]:
        words = {"erase": _("Erase"), "keep": _("Keep, because…"), "protect": _("Erase")}
        return [
            deeds(self.request, words[action], policy, action, url_name)
            for action, url_name in steps.items()
        ]

    def get_sections(self) -> Iterable[Section]:
        count_anew()
        scope = self.policy.scope(self.request.user, "view")
        persons, papers = persons_past_period(scope), papers_past_period(scope)
        yield Section(
            _("Persons"),
            [
                Column(_("Name"), str, link=person_link(self.request)),
                Column(_("Organisation"), "organization"),
                Column(_("Left on"), _last_day),
                Column(_("Kept before, because"), "kept_reason"),
                *self._deeds(
                    permissions.persons, protect="account:held-erase", keep="account:person-keep"
                ),
            ],
            persons[:SHOWN],
            _("No person's record is past its period."),
        )
        yield Section(
            _("Guardians' authorisations"),
            [
                Column(_("Minor"), "person", link=person_link(self.request)),
                Column(_("Guardian"), "guardian_name"),
                Column(_("Signed on"), "signed_on"),
                Column(_("Kept before, because"), "kept_reason"),
                *self._deeds(
                    permissions.authorizations,
                    erase="account:authorization-erase",
                    keep="account:authorization-keep",
                ),
            ],
            papers[:SHOWN],
            _("No paper of a guardian is past its period."),
        )


class _KeepView(FormView):
    action = "keep"
    back_url_name = "account:retention"
    back_label = RetentionView.title
    title = gettext_lazy("Keep it, because…")
    form_class = KeepForm
    button = gettext_lazy("Keep it")
    done_text = gettext_lazy("Kept. On the day you chose, the question is asked again.")

    def get_initial(self) -> dict[str, Any]:
        return {"until": timezone.localdate() + YEAR}


class KeepPersonView(_KeepView):
    policy = permissions.persons
    model = Person

    def get_facts(self) -> list[tuple[Any, Any]]:
        return [(_("Person"), self.record)]

    def save(self, form: Any) -> None:
        keep_person(actor=self.request.user, person=self.record, **form.cleaned_data)


def _paper_facts(paper: GuardianAuthorization) -> list[tuple[Any, Any]]:
    return [
        (_("Minor"), paper.person),
        (_("Guardian"), paper.guardian_name),
        (_("Signed on"), as_text(paper.signed_on)),
    ]


class KeepAuthorizationView(_KeepView):
    policy = permissions.authorizations
    model = GuardianAuthorization

    def get_facts(self) -> list[tuple[Any, Any]]:
        return _paper_facts(self.record)

    def save(self, form: Any) -> None:
        keep_authorization(actor=self.request.user, authorization=self.record, **form.cleaned_data)


class EraseAuthorizationView(ConfirmView):
    policy = permissions.authorizations
    model = GuardianAuthorization
    action = "erase"
    back_url_name = "account:retention"
    back_label = RetentionView.title
    title = gettext_lazy("Erase this paper?")
    intro = gettext_lazy("Name and contact of the guardian are erased. It cannot be taken back.")
    button = gettext_lazy("Erase for good")
    done_text = gettext_lazy("It is erased.")

    def get_facts(self) -> list[tuple[Any, Any]]:
        return _paper_facts(self.record)

    def save(self, form: Any) -> None:
        erase_authorization(actor=self.request.user, authorization=self.record)
