"""Correct: proposals as persons of the desk make and answer them, with their rights and acts."""

import copy
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kafo.federation import permissions
from kafo.federation.models import Decision, Proposal
from kafo.federation.node import Node
from kafo.federation.proposed import lines_of, may_decide, proposed_values, records_of
from kafo.federation.services import proposing
from kafo.records.acts import record_act
from kafo.records.errors import NotVisible, Refused
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
    _require_sense(proposal)
    try:
        with transaction.atomic():
            made = proposing.accept_proposal(
                node, proposal=proposal, decided_by=actor.get_full_name(), word=word
            )
    except IntegrityError as error:
        raise Refused(_("The record would contradict another one. Decline, and say so.")) from error
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


def _require_sense(proposal: Proposal) -> None:
    """Refuse values that a form here would not have taken: they come from another version."""
    record = records_of([proposal]).get(proposal.record_id or proposal.pk)
    lines = lines_of(proposal, record)
    if record is None:
        return
    names = {line.name for line in lines}
    others = [field.name for field in record._meta.fields if field.name not in names]
    changed = copy.copy(record)
    try:
        for name, value in proposed_values(proposal).items():
            setattr(changed, name, value)
        changed.clean_fields(exclude=others)
    except (ValidationError, TypeError, ValueError) as error:
        said = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        text = _("What is proposed cannot be stored: %(why)s Decline, and say so.")
        raise Refused(text % {"why": said}) from error
