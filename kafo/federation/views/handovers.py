"""Joining and handing over: which step has come, who signed it when, and the way back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.views import ConfirmView, DeskView, FormView
from kafo.federation import permissions
from kafo.federation.asking import code_words, digits_of
from kafo.federation.enums import Side, Stage
from kafo.federation.errors import Malformed, Untrusted
from kafo.federation.forms import InviteForm, SignedListForm
from kafo.federation.models import Handover
from kafo.federation.node import asking_once
from kafo.federation.proposed import name_of
from kafo.federation.queries import handovers, this_node
from kafo.federation.services import forgetting, joining, rostering
from kafo.federation.views.proposals import require_node
from kafo.records.errors import Refused

MAX_LIST = 256 * 1024


@dataclass(frozen=True)
class Step:
    """One step of a handing over; it is done once it has a date."""

    words: str
    by: str
    at: datetime | None
    is_next: bool


def steps_of(handover: Handover) -> list[Step]:
    """Give the steps in their order, with who took them and when."""
    node = this_node()
    here = name_of(node.office) if node else ""
    is_giver = handover.side == Side.GIVER
    giver = here if is_giver else name_of(handover.peer)
    holders = _("two of those who keep the keys")
    rows = [
        (_("Invited"), giver, handover.invited_at),
        (_("The new server has shown its key"), handover.name, handover.asked_at),
        (_("The list of offices names it, signed"), holders, handover.known_at),
    ]
    if handover.is_hosted:
        rows.append((_("The right to write is laid down"), giver, handover.released_at))
        rows.append((_("The right to write is taken up"), handover.name, handover.taken_at))
    else:
        rows.append((_("It writes on its own server"), handover.name, handover.taken_at))
    if not is_giver:
        rows = rows[1:]  # when it was invited is known there
    is_open = handover.stage not in {Stage.TAKEN, Stage.ENDED}
    first_open = next((at for at, row in enumerate(rows) if row[2] is None), len(rows))
    return [
        Step(words, by, done, is_open and at == first_open)
        for at, (words, by, done) in enumerate(rows)
    ]


class HandoversView(DeskView):
    """The offices that were invited, and the one this server joined as."""

    policy = permissions.offices
    title = gettext_lazy("Joining and handing over")
    template_name = "federation/handovers.html"
    back_url_name = "federation:offices"
    back_label = gettext_lazy("Other offices")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        require_node()
        may_sign = permissions.offices.may(self.request.user, "sign")
        return super().get_context_data(rows=handovers(), may_sign=may_sign, **kwargs)


class HandoverView(DeskView):
    """One handing over, step by step."""

    model = Handover
    policy = permissions.offices
    template_name = "federation/handover.html"
    back_url_name = "federation:handovers"
    back_label = gettext_lazy("Joining and handing over")

    @asking_once()
    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().answer(request, *args, **kwargs)

    def get_rows(self) -> QuerySet[Any]:
        joining.settle_handovers(require_node())
        return Handover.objects.all()

    def get_title(self) -> Any:
        return self.record.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        handover, may_sign = self.record, permissions.offices.may(self.request.user, "sign")
        is_giver = handover.side == Side.GIVER
        is_invited = is_giver and handover.stage == Stage.INVITED
        return super().get_context_data(
            handover=handover,
            steps=steps_of(handover),
            is_giver=is_giver,
            may_sign=may_sign,
            code=code_words(bytes(handover.secret)) if is_invited and may_sign else "",
            digits=digits_of(bytes(handover.key)) if handover.key else "",
            addresses=_own_addresses(),
            **_left_here(handover),
            fingerprint=known.fingerprint if (known := require_node().roster) else "",
            **kwargs,
        )


def _left_here(handover: Handover) -> dict[str, Any]:
    """Say what is left here of an office that was handed over."""
    node = require_node()
    if not forgetting.has_copies(node, handover):
        return {"copies": 0}
    return {
        "copies": forgetting.count_copies(handover.office),
        "confirmed_at": forgetting.confirmed_at(node, handover.office),
    }


def _own_addresses() -> list[str]:
    node = this_node()
    entry = node.roster.office(node.office.bytes) if node and node.roster else None
    return entry.addresses if entry else []


class InviteView(FormView):
    """Invites an office to have a server of its own."""

    policy = permissions.offices
    action = "sign"
    form_class = InviteForm
    title = gettext_lazy("Invite an office")
    intro = gettext_lazy(
        "The office gets a code, read to it over the telephone. Nothing changes here before the "
        "last step, and each step before it can be taken back."
    )
    button = gettext_lazy("Invite")
    done_text = gettext_lazy("The office is invited. Read the code to it.")
    back_url_name = "federation:handovers"
    back_label = gettext_lazy("Joining and handing over")

    def get_form_kwargs(self) -> dict[str, Any]:
        account: Any = self.request.user
        return {"own": account.person and account.person.organization, **super().get_form_kwargs()}

    def save(self, form: Any) -> Handover:
        organization = form.cleaned_data["organization"]
        name = form.cleaned_data["name"] or str(organization or "")
        return joining.invite_office(
            require_node(), actor=self.request.user, name=name, organization=organization
        )

    def get_result_url(self, result: Any) -> str:
        return reverse("federation:handover", args=[result.pk])


class StepView(ConfirmView):
    """The base of the steps that a director takes."""

    model = Handover
    policy = permissions.offices
    action = "sign"
    is_dangerous = False
    side = Side.GIVER
    stages: tuple[Stage, ...] = ()

    def get_record(self, pk: Any) -> Any:
        require_node()
        return super().get_record(pk)

    def may(self, action: str) -> bool:
        is_now = self.record.side == self.side and self.record.stage in self.stages
        return is_now and super().may(action)

    def get_back(self) -> tuple[Any, str]:
        return self.record.name, reverse("federation:handover", args=[self.record.pk])

    def get_result_url(self, result: Any) -> str:
        return reverse("federation:handover", args=[self.record.pk])

    def save(self, form: Any) -> Any:
        try:
            return self.sign()
        except ConnectionError as error:
            raise Refused(
                _("The other server does not answer. Nothing has changed; try again later.")
            ) from error
        except (Malformed, Untrusted) as error:
            raise Refused(_("The other server does not know this invitation any more.")) from error

    def sign(self) -> Any:
        """Take the step."""
        raise NotImplementedError


class LayDownView(StepView):
    stages = (Stage.KNOWN,)
    title = gettext_lazy("Lay down the right to write?")
    button = gettext_lazy("Sign: lay it down")
    intro = gettext_lazy(
        "From now on nobody changes the records of this office, here or there, until the new "
        "server takes the right up or gives it back. Its signature is the last."
    )
    done_text = gettext_lazy("Laid down. The new server signs last.")

    def sign(self) -> Any:
        return joining.release_office(require_node(), actor=self.request.user, handover=self.record)


class TakeBackView(StepView):
    stages = (Stage.INVITED, Stage.ASKED, Stage.KNOWN)
    title = gettext_lazy("Take the invitation back?")
    button = gettext_lazy("Take it back")
    is_dangerous = True
    intro = gettext_lazy("The office stays here as it is. It can be invited again at any time.")
    done_text = gettext_lazy("Taken back.")

    def sign(self) -> Any:
        return joining.cancel_office(require_node(), actor=self.request.user, handover=self.record)


class TakeUpView(StepView):
    side = Side.TAKER
    stages = (Stage.RELEASED,)
    title = gettext_lazy("Take up the right to write?")
    button = gettext_lazy("Sign: take it up")
    intro = gettext_lazy(
        "This is the last signature. From then on the records of this office are written here, and "
        "only here."
    )
    done_text = gettext_lazy("Taken up: this office writes on its own server.")

    def sign(self) -> Any:
        return joining.accept_office(require_node(), actor=self.request.user)


class GiveBackView(StepView):
    side = Side.TAKER
    stages = (Stage.RELEASED,)
    title = gettext_lazy("Give the right to write back?")
    button = gettext_lazy("Give it back")
    is_dangerous = True
    intro = gettext_lazy("The other server writes for this office again, as before.")
    done_text = gettext_lazy("Given back.")

    def sign(self) -> Any:
        return joining.decline_office(require_node(), actor=self.request.user)


class ForgetView(StepView):
    stages = (Stage.TAKEN,)
    title = gettext_lazy("Delete the copies that are left here?")
    button = gettext_lazy("Delete them for good")
    is_dangerous = True
    intro = gettext_lazy(
        "Telephone numbers, mandates, consents: what only that office may read, and its accounts "
        "on this server. Its new server has confirmed that it holds all of it. What it tells the "
        "others stays. Ask them first whether they have a backup: here is the only other copy."
    )
    done_text = gettext_lazy("Deleted: only that office holds them now.")

    def may(self, action: str) -> bool:
        node, handover = require_node(), self.record
        is_left = forgetting.has_copies(node, handover)
        return (
            is_left
            and forgetting.confirmed_at(node, handover.office) is not None
            and super().may(action)
        )

    def get_facts(self) -> list[tuple[Any, Any]]:
        found = forgetting.copies_of(self.record.office)
        return [
            (str(model._meta.verbose_name_plural).capitalize(), len(ids))
            for model, ids in found.items()
        ]

    def sign(self) -> Any:
        return forgetting.forget_home(require_node(), actor=self.request.user, handover=self.record)


class LookAgainView(StepView):
    """Asks the inviting server how far it is."""

    side = Side.TAKER
    stages = (Stage.ASKED, Stage.KNOWN)
    action = "exchange"
    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.save(None)
        except Refused as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(self.get_result_url(None))

    def sign(self) -> Any:
        return joining.go_on_joining(require_node())


class RosterView(FormView):
    """The list of offices: the next version is taken along to be signed, and comes back signed."""

    policy = permissions.offices
    action = "sign"
    form_class = SignedListForm
    title = gettext_lazy("List of offices")
    template_name = "federation/roster.html"
    button = gettext_lazy("Take this list")
    done_text = gettext_lazy("The list is in force here, and goes to all with the next exchange.")
    back_url_name = "federation:handovers"
    back_label = gettext_lazy("Joining and handing over")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        node = require_node()
        if "draft" in request.GET:
            try:
                document = rostering.draft_roster(node, actor=request.user)
            except Refused as error:
                messages.error(request, str(error))
                return HttpResponseRedirect(reverse("federation:roster"))
            answer = HttpResponse(document, content_type="application/octet-stream")
            name = f"kafo-list-{rostering.version_of(document)}.bin"
            answer["Content-Disposition"] = f'attachment; filename="{name}"'
            return answer
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        roster = require_node().roster
        return super().get_context_data(roster=roster, **kwargs)

    def save(self, form: Any) -> None:
        file = form.cleaned_data["document"]
        if file.size > MAX_LIST:
            raise Refused(_("This is no list of offices."))
        node = require_node()
        rostering.take_roster(node, actor=self.request.user, document=file.read())
        joining.settle_handovers(node)
