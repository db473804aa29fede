"""Corrections at the desk: proposed for a copy, decided by the office that writes the record."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.desk.record_pages import RecordPage
from kafo.desk.views import Column, ConfirmView, DeskView, FormView, Section
from kafo.federation import permissions, proposed
from kafo.federation.forms import NeededWordForm, WordForm, copy_of, proposal_form
from kafo.federation.kinds import kinds
from kafo.federation.models import Proposal
from kafo.federation.node import Node, asking_once
from kafo.federation.proposed import State
from kafo.federation.queries import this_node
from kafo.federation.services.correcting import (
    accept_correction,
    decline_correction,
    propose_correction,
)
from kafo.federation.services.proposing import is_outdated
from kafo.records.enums import BEYOND_HOME
from kafo.records.errors import NotVisible
from kafo.records.models import SharedRecord, is_copy

STATES = {
    State.PENDING: gettext_lazy("waits for an answer"),
    State.ACCEPTED: gettext_lazy("accepted"),
    State.DECLINED: gettext_lazy("declined"),
    State.EXPIRED: gettext_lazy("not answered in 90 days"),
}
SHOWN = 50


def require_node() -> Node:
    """Give the node; raises NotVisible where there is no federation."""
    node = this_node()
    if node is None or node.roster is None:
        raise NotVisible
    return node


class Shown:
    """A proposal with what a table says of it."""

    def __init__(self, proposal: Proposal, record: SharedRecord | None, decision: Any) -> None:
        self.pk, self.proposal, self.decision = proposal.pk, proposal, decision
        self.state = proposed.state_of(proposal, decision)
        self.about = about(proposal, record)
        self.answer = decision.word if decision else ""


def about(proposal: Proposal, record: SharedRecord | None) -> str:
    """Say which record a proposal is about."""
    model = kinds().get(proposal.kind)
    if model is None:
        return _("a record of a newer version")
    noun = str(model._meta.verbose_name)
    name = str(record) if record is not None else "—"
    return _("%(kind)s: %(name)s") % {"kind": f"{noun[:1].upper()}{noun[1:]}", "name": name}


class ProposalsView(DeskView):
    """All proposals: those that wait for this office, its own, and what became of the others."""

    policy = permissions.proposals
    title = gettext_lazy("Proposals")
    template_name = "federation/proposals.html"
    back_url_name = "federation:offices"
    back_label = gettext_lazy("Other offices")

    def get_back(self) -> tuple[Any, str] | None:
        return super().get_back() if permissions.offices.may(self.request.user, "view") else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sections=list(self.get_sections()), **kwargs)

    def get_sections(self) -> Iterable[Section]:
        node = require_node()
        rows = list(Proposal.objects.order_by("-made_at")[: SHOWN * 4])
        records, decisions = proposed.records_of(rows), proposed.decisions_on(rows)
        shown = [Shown(p, records.get(p.record_id), decisions.get(p.pk)) for p in rows]  # type: ignore[arg-type]
        pending = [each for each in shown if each.state == State.PENDING]
        ours = [each for each in pending if proposed.is_ours_to_decide(node, each.proposal)]
        what = Column(_("About"), "about", link="federation:proposal")
        made = Column(_("Proposed on"), "proposal.made_at")
        author = Column(_("By"), lambda each: f"{each.proposal.author}")
        yield Section(
            _("Waiting for our answer"),
            [what, author, _office(_("Office"), "home_office"), made],
            ours,
            _("No other office waits for an answer."),
        )
        yield Section(
            _("Waiting for theirs"),
            [what, author, _office(_("To the office"), "owner"), made],
            [each for each in pending if each not in ours],
            _("Nothing of ours waits. Open a record of another office to propose a correction."),
        )
        done = [each for each in shown if each.state != State.PENDING]
        if done:
            answer = Column(_("Answer"), lambda each: STATES[each.state])
            yield Section(_("Answered"), [what, author, answer, made], done[:SHOWN])


def _office(label: Any, name: str) -> Column:
    return Column(label, lambda each: proposed.name_of(getattr(each.proposal, name)))


class ProposalView(DeskView):
    """One proposal: who, what, why, against what, and what came of it."""

    model = Proposal
    policy = permissions.proposals
    template_name = "federation/proposal.html"
    back_url_name = "federation:proposals"
    back_label = gettext_lazy("Proposals")

    def get_title(self) -> Any:
        return about(self.record, self.about)

    @asking_once()
    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_node()
        return super().answer(request, *args, **kwargs)

    @cached_property
    def about(self) -> SharedRecord | None:
        """The record that it is about, if it is here."""
        return proposed.records_of([self.record]).get(self.record.record_id)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        proposal, record = self.record, self.about
        decision = proposed.decisions_on([proposal]).get(proposal.pk)
        state = proposed.state_of(proposal, decision)
        lines = proposed.lines_of(proposal, record)
        page = proposed.page_of_kind(proposal.kind)
        is_ours = proposed.is_ours_to_decide(require_node(), proposal)
        may_see = page and record and _reader_may(page, self.request.user, record)
        return super().get_context_data(
            proposal=proposal,
            decision=decision,
            state=state,
            state_words=STATES[state],
            lines=lines,
            is_outdated=record is not None and is_outdated(proposal, record),
            is_moved=state == State.PENDING and any(line.is_moved for line in lines),
            proposer=proposed.name_of(proposal.home_office),
            owner=proposed.name_of(proposal.owner),
            is_ours=is_ours,
            may_decide=state == State.PENDING and proposed.may_decide(self.request.user, proposal),
            record_url=page.address(record.pk) if page and record and may_see else "",
            **kwargs,
        )


def _reader_may(page: RecordPage, actor: Any, record: SharedRecord) -> bool:
    return page.view.policy.may(actor, "view", record)


class ProposeView(FormView):
    """A correction to a copy: the fields as they are held here, and why they should change."""

    policy = permissions.proposals
    action = "add"
    is_for_copies = True
    button = gettext_lazy("Send the proposal")
    title = gettext_lazy("Propose a correction")

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_node()
        page = proposed.page_of_kind(kwargs["kind"])
        if page is None:
            raise NotVisible
        self.page, self.model = page, page.view.model
        return super().answer(request, *args, **kwargs)

    def get_record(self, pk: Any) -> Any:
        rows = self.page.view.policy.visible_to(self.request.user, self.get_rows())
        record = rows.filter(pk=pk, visibility__in=BEYOND_HOME).first()
        if record is None or not is_copy(record) or not self._names(record):
            raise NotVisible
        return record

    def _names(self, record: SharedRecord) -> list[str]:
        hidden = proposed.hidden_fields(self.page, self.request.user, record)
        return [n for n in proposed.proposable_fields(type(record)) if n not in hidden]

    def get_form(self) -> Any:
        record = self.record
        kwargs = {**self.get_form_kwargs(), "instance": copy_of(record)}
        return proposal_form(record, self._names(record))(**kwargs)

    def get_back(self) -> tuple[Any, str]:
        return str(self.record), self.page.address(self.record.pk)

    @property
    def intro(self) -> str:
        return _(
            "This record is of %(office)s. Correct what is wrong: they see your proposal, and "
            "decide. Until then nothing changes."
        ) % {"office": proposed.name_of(self.record.home_office)}

    def save(self, form: Any) -> Proposal:
        return propose_correction(
            actor=self.request.user,
            node=require_node(),
            record=self.record,
            changes=form.changes(),
            reason=form.cleaned_data["reason"],
        )

    def get_done_text(self, result: Any) -> Any:
        office = proposed.name_of(result.owner)
        return _("The proposal goes to %(office)s with the next exchange.") % {"office": office}

    def get_result_url(self, result: Any) -> str:
        return reverse("federation:proposal", args=[result.pk])


class DecideView(ConfirmView):
    """The base of both answers."""

    model = Proposal
    policy = permissions.proposals
    action = "decide"
    is_for_copies = True
    is_dangerous = False
    form_class = WordForm

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_node()
        return super().answer(request, *args, **kwargs)

    def may(self, action: str) -> bool:
        return proposed.may_decide(self.request.user, self.record)

    def get_back(self) -> tuple[Any, str]:
        return _("Proposal"), reverse("federation:proposal", args=[self.record.pk])

    def get_facts(self) -> list[tuple[Any, Any]]:
        about = proposed.records_of([self.record]).get(self.record.record_id)
        lines = proposed.lines_of(self.record, about)
        return [(line.label, f"{line.now or '—'} → {line.proposed or '—'}") for line in lines]


class AcceptView(DecideView):
    title = gettext_lazy("Accept this proposal?")
    button = gettext_lazy("Accept")
    done_text = gettext_lazy("Accepted. The record is changed, and they will hear of it.")

    @property
    def intro(self) -> str:
        if self.record.changes:
            return _("The record changes at once, here and at all offices that read it.")
        return _(
            "It is said in words: change the record yourself first. They hear that it is done."
        )

    def get_done_text(self, result: Any) -> Any:
        return self.done_text if self.record.changes else _("Answered. They will hear of it.")

    def save(self, form: Any) -> None:
        accept_correction(
            actor=self.request.user,
            node=require_node(),
            proposal=self.record,
            word=form.cleaned_data["word"],
        )


class DeclineView(DecideView):
    title = gettext_lazy("Decline this proposal?")
    button = gettext_lazy("Decline")
    form_class = NeededWordForm
    intro = gettext_lazy("The record stays as it is. Say why, so that nobody asks again.")
    done_text = gettext_lazy("Declined. They will read your word with the next exchange.")

    def save(self, form: Any) -> None:
        decline_correction(
            actor=self.request.user,
            node=require_node(),
            proposal=self.record,
            word=form.cleaned_data["word"],
        )
