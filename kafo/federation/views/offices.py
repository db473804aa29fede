"""The other offices: what is held of each, what waits, what it costs, and what went wrong."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.views import DeskView, FormView
from kafo.federation import permissions
from kafo.federation.alarms import notices
from kafo.federation.erased import erasures
from kafo.federation.figure import figure_of, has_failed, is_spent, is_unreached, words_of
from kafo.federation.forms import LimitForm
from kafo.federation.models import Alarm
from kafo.federation.node import asking_once
from kafo.federation.proposed import name_of, wait_for_us
from kafo.federation.queries import PeerState, line, peer_states, this_node
from kafo.federation.services.tending import ask_for_visits, cut_line, limit_line, settle_alarm
from kafo.federation.sizes import size_words
from kafo.federation.views.proposals import require_node
from kafo.records.errors import Refused
from kafo.records.prices import FCFA_PER_MEGABYTE


@dataclass(frozen=True)
class Card:
    """A peer with what its card says."""

    state: PeerState
    words: str

    @property
    def waiting_size(self) -> str:
        """What waits for it, in bytes."""
        return size_words(self.state.waiting_bytes)

    @property
    def moved_today(self) -> str:
        """What went to it and came from it today."""
        return size_words(self.state.bytes_today)

    @property
    def most_today(self) -> str:
        """What may at most."""
        return size_words(self.state.budget)

    @property
    def error(self) -> str:
        """What went wrong at the last visit, if nothing was heard since."""
        if self.state.is_revoked:
            return _(
                "The list of offices names no key of theirs that is still believed: their server "
                "was lost or stolen. Nothing is exchanged with it until the list names a new one."
            )
        if not has_failed(self.state):
            return ""
        if is_spent(self.state):
            return _("Today’s limit is used up. It goes on by itself after midnight (UTC).")
        if is_unreached(self.state):
            return _("Not reached yet: its server is off, or there is no connection.")
        text = self.state.last_error
        return _("The last exchange failed: %(error)s.") % {"error": text}


def cards_of(states: list[PeerState]) -> list[Card]:
    """Give a card for each peer."""
    return [Card(state, words_of(state)) for state in states]


class OfficesView(DeskView):
    """What this office holds of the others, and they of it."""

    policy = permissions.offices
    title = gettext_lazy("Other offices")
    template_name = "federation/offices.html"

    @asking_once()
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        node, user = this_node(), self.request.user
        states = peer_states()
        return super().get_context_data(
            is_member=node is not None and node.roster is not None,
            is_demo=settings.KAFO_IS_DEMO,
            is_cut=(states[0] if states else line()).is_cut,
            every_minutes=states[0].every_minutes if states else 0,
            cards=cards_of(states),
            figure=figure_of(name_of(node.office) if node else "", states),
            alarms=notices(),
            to_decide=wait_for_us().count() if node else 0,
            may_exchange=permissions.offices.may(user, "exchange"),
            may_settle=permissions.offices.may(user, "settle"),
            may_sign=permissions.offices.may(user, "sign"),
            may_read_proposals=permissions.proposals.may(user, "view"),
            **kwargs,
        )


class LimitView(FormView):
    """How much a day, and how often."""

    policy = permissions.offices
    action = "limit"
    form_class = LimitForm
    title = gettext_lazy("Daily limit")
    done_text = gettext_lazy("The limit is changed.")
    back_url_name = "federation:offices"
    back_label = gettext_lazy("Other offices")

    @property
    def intro(self) -> str:
        return _(
            "Exchanging stops for the day when so much went to or came from an office. A megabyte "
            "costs about %(price)s FCFA."
        ) % {"price": localize(FCFA_PER_MEGABYTE)}

    def get_initial(self) -> dict[str, Any]:
        now = line()
        return {"megabytes": now.budget // 1_000_000, "every_minutes": now.every_minutes}

    def save(self, form: Any) -> None:
        require_node()
        limit_line(
            actor=self.request.user,
            budget=form.cleaned_data["megabytes"] * 1_000_000,
            every_minutes=form.cleaned_data["every_minutes"],
        )


class ExchangeView(DeskView):
    """Asks the loop to visit every peer now."""

    policy = permissions.offices
    action = "exchange"
    http_method_names = ("post",)
    back_url_name = "federation:offices"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_node()
        try:
            ask_for_visits(actor=request.user)
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.info(request, _("The exchange begins. Look again in a moment."))
        return HttpResponseRedirect(reverse("federation:offices"))


class LineView(DeskView):
    """The switch of the demonstration: one sees that all goes on, and arrives once, later."""

    policy = permissions.offices
    action = "exchange"
    http_method_names = ("post",)
    back_url_name = "federation:offices"

    def may(self, action: str) -> bool:
        return settings.KAFO_IS_DEMO and super().may(action)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_node()
        cut_line(actor=request.user, is_cut=request.POST.get("cut") == "yes")
        return HttpResponseRedirect(reverse("federation:offices"))


class SettleView(DeskView):
    """Puts an alarm away that asks for nothing more."""

    policy = permissions.offices
    action = "settle"
    model = Alarm
    http_method_names = ("post",)
    back_url_name = "federation:offices"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        settle_alarm(actor=request.user, alarm=self.record)
        return HttpResponseRedirect(reverse("federation:offices"))


class ErasuresView(DeskView):
    """What was erased here, and who has not confirmed it yet."""

    policy = permissions.offices
    title = gettext_lazy("Erasures")
    template_name = "federation/erasures.html"
    back_url_name = "federation:offices"
    back_label = gettext_lazy("Other offices")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        require_node()
        return super().get_context_data(erasures=erasures(), **kwargs)
