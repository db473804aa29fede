"""Correct: proposals as persons of the desk make and answer them, with their rights and acts."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from kafo.federation import permissions
from kafo.federation.models import Decision, Proposal
from kafo.federation.node import Node
from kafo.federation.proposed import may_decide
from kafo.federation.services import proposing
from kafo.records.acts import record_act
from kafo.records.errors import NotVisible
from kafo.records.models import SharedRecord


@transaction.atomic
def propose_correction(
    *, actor: Any, node: Node, record: SharedRecord, changes: Mapping[str, Any], reason: str
) -> Proposal:
    """Propose changes to a copy, in the name of the actor. Raises NotVisible, Refused."""
    permissions.proposals.require(actor, "add", record)
    made = proposing.propose_change(
        node, record=record, changes=changes, author=actor.get_full_name(), reason=reason
    )
    record_act("federation.proposal.make", actor=actor, record=made, fields=list(changes))
    return made


@transaction.atomic
def accept_correction(*, actor: Any, node: Node, proposal: Proposal, word: str) -> Decision:
    """Change the record as proposed. Raises NotVisible, Outdated, Refused."""
    _require_decision(actor, proposal)
    made = proposing.accept_proposal(
        node, proposal=proposal, decided_by=actor.get_full_name(), word=word
    )
    record_act("federation.proposal.accept", actor=actor, record=proposal)
    return made


@transaction.atomic
def decline_correction(*, actor: Any, node: Node, proposal: Proposal, word: str) -> Decision:
    """Leave the record as it is, with a word why. Raises NotVisible, Refused."""
    _require_decision(actor, proposal)
    made = proposing.decline_proposal(
        node, proposal=proposal, decided_by=actor.get_full_name(), word=word
    )
    record_act("federation.proposal.decline", actor=actor, record=proposal)
    return made


def _require_decision(actor: Any, proposal: Proposal) -> None:
    if not may_decide(actor, proposal):
        raise NotVisible
