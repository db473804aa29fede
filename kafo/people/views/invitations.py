"""Inviting people and helping them back in: a code on paper, or by e-mail where there is one."""

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.views import Column, ConfirmView, FormView, ListView
from kafo.people import permissions
from kafo.people.forms.accounts import InviteForm, RecoverForm
from kafo.people.models import Account, Invitation, Person
from kafo.people.services.invitations import (
    in_groups,
    invite_person,
    recover_account,
    revoke_invitation,
    send_invitation,
)
from kafo.people.views.accounts import asks_again
from kafo.records.errors import Refused, TryAgain


class InvitationsView(ListView):
    policy = permissions.invitations
    model = Invitation
    title = gettext_lazy("Invitations and recovery codes")
    order = ("-created_at",)
    columns = (
        Column(gettext_lazy("Person"), "person"),
        Column(gettext_lazy("Kind"), "kind"),
        Column(gettext_lazy("State"), "state"),
        Column(gettext_lazy("Made at"), "created_at", sort="created_at"),
        Column(
            gettext_lazy("Made by"),
            lambda each: each.created_by and each.created_by.get_full_name(),
        ),
        Column(gettext_lazy("Valid until"), "expires_at", sort="expires_at"),
        Column(
            gettext_lazy("Revoke"),
            lambda each: _("Revoke") if each.is_waiting else "",
            link=lambda each: (
                reverse("account:invitation-revoke", args=[each.pk]) if each.is_waiting else None
            ),
        ),
    )
    search_fields = ("person__folded_name",)
    search_label = gettext_lazy("Name")
    empty_text = gettext_lazy("No code was made yet. Open a person and choose “Invite”.")

    def get_rows(self) -> QuerySet[Any]:
        return Invitation.objects.select_related("person", "created_by__person")


class RevokeView(ConfirmView):
    policy = permissions.invitations
    model = Invitation
    action = "revoke"
    title = gettext_lazy("Revoke this code?")
    button = gettext_lazy("Revoke")
    done_text = gettext_lazy("The code opens nothing any more.")
    back_url_name = "account:invitations"
    back_label = gettext_lazy("Invitations and recovery codes")

    def save(self, form: Any) -> None:
        revoke_invitation(actor=self.request.user, invitation=self.record)

    def get_facts(self) -> list[tuple[Any, Any]]:
        return [(_("Person"), self.record.person), (_("Valid until"), self.record.expires_at)]


class _CodeView(FormView):
    """Makes a code and shows it in the same answer, for it is kept nowhere."""

    policy = permissions.persons
    model = Person
    form_class: Any = InviteForm

    def get_form_kwargs(self) -> dict[str, Any]:
        may_mail = bool(settings.EMAIL_HOST and self.record.email)
        return super().get_form_kwargs() | {"person": self.record, "may_mail": may_mail}

    def get_back(self) -> tuple[Any, str] | None:
        return (str(self.record), reverse("people:person", args=[self.record.pk]))

    def make(self, form: Any) -> tuple[Invitation, str]:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.get_form()
        if not form.is_valid():
            return self.render(form)
        try:
            invitation, code = self.make(form)
        except Refused as refused:
            form.add_error(None, str(refused))
            return self.render(form)
        link = request.build_absolute_uri(
            reverse("account:enter") + "?" + urlencode({"code": code})
        )
        if form.cleaned_data.get("send"):
            self._send(invitation, code, link)
        self.template_name = "people/printed_code.html"
        return self.render_to_response(
            self.get_context_data(**self.printed(invitation, code, link))
        )

    def _send(self, invitation: Invitation, code: str, link: str) -> None:
        try:
            send_invitation(invitation=invitation, code=code, link=link)
        except (Refused, TryAgain) as error:
            messages.error(self.request, str(error))
        else:
            messages.success(self.request, _("Sent to %(to)s.") % {"to": invitation.person.email})

    def printed(self, invitation: Invitation, code: str, link: str) -> dict[str, Any]:
        return {
            "invitation": invitation,
            "account": Account.objects.filter(person=self.record).first(),
            "code": in_groups(code),
            "door": self.request.build_absolute_uri(reverse("account:enter")),
            "link": link,
            "qr": qr_of(link),
        }


class InviteView(_CodeView):
    action = "invite"
    title = gettext_lazy("Invite to the desk")
    button = gettext_lazy("Make the code")
    intro = gettext_lazy(
        "The code opens the desk once: with it the person chooses a name and a password. It is "
        "shown on the next page only, to be printed or written down."
    )

    def get_title(self) -> str:
        return _("Invitation for %(person)s") % {"person": self.record}

    def make(self, form: Any) -> tuple[Invitation, str]:
        return invite_person(actor=self.request.user, person=self.record)


@asks_again
class RecoverView(_CodeView):
    action = "recover"
    form_class = RecoverForm
    button = gettext_lazy("Make the code")
    intro = gettext_lazy(
        "Give the code only to the person herself, face to face or by a voice you know. Her open "
        "sessions close now, and she will read who made the code."
    )

    def get_title(self) -> str:
        return _("Help %(person)s back in") % {"person": self.record}

    def make(self, form: Any) -> tuple[Invitation, str]:
        return recover_account(
            actor=self.request.user,
            person=self.record,
            removes_second_factor=form.cleaned_data["removes_second_factor"],
        )


def qr_of(link: str) -> SafeString:
    """Give `link` as a picture that telephones read."""
    svg = segno.make(link, error="m").svg_inline(scale=4, border=4, light="#fff")
    return mark_safe(svg)
