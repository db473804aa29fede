"""Propose a correction to a record of another office; accept or decline one made to ours."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kafo.federation.errors import Outdated
from kafo.federation.kinds import attributes, kinds, references_of, values_of, wire_of
from kafo.federation.models import Decision, Proposal
from kafo.federation.node import Node
from kafo.records.errors import Refused
from kafo.records.models import SharedRecord

EXPIRES_AFTER = timedelta(days=90)


def propose_change(
    node: Node, *, record: SharedRecord, changes: Mapping[str, Any], author: str, reason: str = ""
) -> Proposal:
    """Propose `changes` (attribute: value) to the home office of `record`; give the proposal.

    Raises Refused when the record is at home here, or a field does not travel.
    """
    if node.writes(record.home_office):
        raise Refused(_("This record is at home here: change it."))
    numbers = {name: number for number, name in wire_of(record).fields.items()}
    if unknown := set(changes) - set(numbers):
        raise Refused(_("These fields cannot be proposed: %s.") % ", ".join(sorted(unknown)))
    changed = type(record)(id=record.pk)
    for name, value in changes.items():
        setattr(changed, name, value)
    wanted = {numbers[name] for name in changes}
    return Proposal.objects.using(node.using).create(
        home_office=node.office,
        owner=record.home_office,
        kind=wire_of(record).kind,
        record_id=record.pk,
        seen=_noted(values_of(record), wanted),
        changes=_noted(values_of(changed), wanted),
        author=author,
        reason=reason,
        made_at=timezone.now(),
    )


def accept_proposal(node: Node, *, proposal: Proposal, decided_by: str, word: str = "") -> Decision:
    """Make the change and say so to the proposer.

    Raises Outdated when one of the same fields was changed since, Refused when the record is gone
    or a decision was taken before.
    """
    with transaction.atomic(using=node.using):
        _require_open(node, proposal)
        model = kinds().get(proposal.kind)
        if model is None or proposal.record_id is None:
            raise Refused(_("The record of this proposal is not here any more."))
        rows = model._base_manager.using(node.using).select_for_update()
        record = rows.filter(pk=proposal.record_id).first()
        if record is None or not node.writes(record.home_office):
            raise Refused(_("The record of this proposal is not here any more."))
        if is_outdated(proposal, record):
            raise Outdated(
                _(
                    "The same field was changed since this was proposed. If the proposal is right, "
                    "change the record yourself; then decline it, with a word on what was done."
                )
            )
        for name, value in read_changes(model, proposal.changes).items():
            setattr(record, name, value)
        record.save(using=node.using)
        return _decide(node, proposal, True, decided_by, word)


def decline_proposal(
    node: Node, *, proposal: Proposal, decided_by: str, word: str = ""
) -> Decision:
    """Say no, with a word; raises Refused when a decision was taken before."""
    with transaction.atomic(using=node.using):
        _require_open(node, proposal)
        return _decide(node, proposal, False, decided_by, word)


def is_outdated(proposal: Proposal, record: SharedRecord) -> bool:
    """Say whether a field of the proposal was changed since: it cannot be accepted."""
    seen = proposal.seen
    return bool(_noted(values_of(record), {int(number) for number in seen}) != seen)


def decision_on(node: Node, proposal: Proposal) -> Decision | None:
    """Give the decision, or None while it is pending."""
    made = Decision.objects.using(node.using).filter(proposal_id=proposal.pk)
    found: Decision | None = next(
        (each for each in made if each.home_office == proposal.owner), None
    )
    return found


def pending_proposals(node: Node) -> "QuerySet[Proposal]":
    """Give the proposals without a decision that are not older than 90 days."""
    decided = Decision.objects.filter(proposal_id=OuterRef("pk"), home_office=OuterRef("owner"))
    pending = Proposal.objects.using(node.using).exclude(Exists(decided))
    found: QuerySet[Proposal] = pending.filter(made_at__gt=timezone.now() - EXPIRES_AFTER)
    return found


def _require_open(node: Node, proposal: Proposal) -> None:
    if proposal.owner is None or not node.writes(proposal.owner):
        raise Refused(_("This proposal is for another office to decide."))
    if decision_on(node, proposal):
        raise Refused(_("A decision was taken on this proposal before."))


def _decide(
    node: Node, proposal: Proposal, is_accepted: bool, decided_by: str, word: str
) -> Decision:
    made: Decision = Decision.objects.using(node.using).create(
        home_office=proposal.owner or node.office,
        proposer=proposal.home_office,
        proposal_id=proposal.pk,
        is_accepted=is_accepted,
        decided_by=decided_by,
        word=word,
    )
    return made


def _noted(values: Mapping[int, Any], numbers: set[int]) -> dict[str, Any]:
    return {
        str(n): value.hex() if isinstance(value, bytes) else value
        for n, value in values.items()
        if n in numbers
    }


def read_changes(model: type[SharedRecord], noted: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a proposal noted, by the number of its field, as attributes of the record.

    Raises TypeError or ValueError when it holds what this version cannot read.
    """
    references = references_of(model)
    values = {
        int(n): bytes.fromhex(value) if int(n) in references and value else value
        for n, value in noted.items()
    }
    return attributes(model, values)
