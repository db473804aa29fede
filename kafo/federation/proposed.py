"""Copies of other offices' records, and proposals to correct them, as a reader sees them."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kafo.desk.record_pages import RecordPage, record_page
from kafo.federation import permissions
from kafo.federation.kinds import attributes, kinds, values_of, wire_of
from kafo.federation.models import Decision, Frame, Proposal
from kafo.federation.node import Node
from kafo.federation.queries import office_names, this_node
from kafo.federation.services.proposing import EXPIRES_AFTER, pending_proposals, read_changes
from kafo.records.languages import TranslatedField
from kafo.records.models import SharedRecord


class State(StrEnum):
    """Where a proposal stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Correction:
    """One field of a proposal; `now` is what is stored here at this moment."""

    name: str
    label: str
    seen: Any
    proposed: Any
    now: Any

    @property
    def is_moved(self) -> bool:
        """Say whether the field was changed since the proposal was made."""
        return bool(self.now != self.seen)


def name_of(office: uuid.UUID | None) -> str:
    """Give the name of an office."""
    return (office_names().get(office) if office else None) or _("an office that is not listed")


def stated_at(record: SharedRecord) -> datetime | None:
    """Give when the home office of a copy sealed the last thing that is held of it here."""
    frames = Frame.objects.filter(
        log__office=record.home_office, log__audience=record.audience, is_void=False
    )
    sealed = frames.order_by("-sequence").values_list("sealed_at", flat=True).first()
    return datetime.fromtimestamp(sealed, UTC) if sealed else None


def page_of(model: type[SharedRecord]) -> RecordPage | None:
    """Give the page at which a kind of record is read, if it travels and has one."""
    return record_page(model) if model.wire else None


def page_of_kind(kind: int) -> RecordPage | None:
    """Give the page at which records of that kind are read."""
    model = kinds().get(kind)
    return page_of(model) if model else None


@cache
def proposable_fields(model: type[SharedRecord]) -> tuple[str, ...]:
    """Give the fields of a kind of record that a form can ask for: no references, no lists."""
    return tuple(
        name
        for name in wire_of(model).fields.values()
        if (field := model._meta.get_field(name)).editable
        and isinstance(field, models.Field)
        and not isinstance(field, models.ForeignKey | models.BinaryField)
        and (isinstance(field, TranslatedField) or not isinstance(field, models.JSONField))
    )


def records_of(proposals: Iterable[Proposal]) -> dict[uuid.UUID, SharedRecord]:
    """Give the records that proposals are about, by the id of the record, if they are here."""
    wanted: dict[int, set[uuid.UUID]] = defaultdict(set)
    for proposal in proposals:
        if proposal.record_id:
            wanted[proposal.kind].add(proposal.record_id)
    found: dict[uuid.UUID, SharedRecord] = {}
    for kind, ids in wanted.items():
        if model := kinds().get(kind):
            found |= model._base_manager.in_bulk(ids)
    return found


def lines_of(proposal: Proposal, record: SharedRecord | None) -> list[Correction]:
    """Give the fields that a proposal would change."""
    model = kinds().get(proposal.kind)
    if model is None:
        return []
    seen, proposed = _values(model, proposal.seen), _values(model, proposal.changes)
    stored = values_of(record) if record else {}
    now = attributes(model, {n: v for n, v in stored.items() if str(n) in proposal.changes})
    lines = []
    for number, name in wire_of(model).fields.items():
        if str(number) not in proposal.changes:
            continue
        field: Any = model._meta.get_field(name)
        was = seen.get(field.attname)
        there = now.get(field.attname, was)
        label = str(field.verbose_name)
        shown = (_shown(field, each) for each in (was, proposed.get(field.attname), there))
        lines.append(Correction(name, label[:1].upper() + label[1:], *shown))
    return lines


def _shown(field: Any, value: Any) -> Any:
    if field.choices and value is not None:
        return dict(field.flatchoices).get(value, value)
    return value


def proposed_values(proposal: Proposal) -> dict[str, Any]:
    """Give what a proposal would set, by attribute; raises TypeError or ValueError."""
    model = kinds().get(proposal.kind)
    return read_changes(model, proposal.changes) if model else {}


def _values(model: type[SharedRecord], noted: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return read_changes(model, noted)
    except (TypeError, ValueError):
        return {}


def decisions_on(proposals: Iterable[Proposal]) -> dict[Any, Decision]:
    """Give the decisions on proposals, by the id of the proposal: only the owner's count."""
    owners = {proposal.pk: proposal.owner for proposal in proposals}
    found = Decision.objects.filter(proposal_id__in=list(owners))
    return {
        each.proposal_id: each
        for each in found
        if each.proposal_id and owners[each.proposal_id] == each.home_office
    }


def state_of(proposal: Proposal, decision: Decision | None) -> State:
    """Say where a proposal stands."""
    if decision is not None:
        return State.ACCEPTED if decision.is_accepted else State.DECLINED
    if proposal.made_at < timezone.now() - EXPIRES_AFTER:
        return State.EXPIRED
    return State.PENDING


def is_ours_to_decide(node: Node, proposal: Proposal) -> bool:
    """Say whether the record of a proposal is written here."""
    return proposal.owner is not None and node.writes(proposal.owner)


def wait_for_us() -> QuerySet[Proposal]:
    """Give the proposals that wait for an answer of an office for which this node writes."""
    node = this_node()
    if node is None:
        return Proposal.objects.none()
    found: QuerySet[Proposal] = pending_rows().filter(owner__in=node.pens())
    return found


def pending_rows() -> QuerySet[Proposal]:
    """Give the proposals without an answer that are not too old."""
    node = this_node()
    return pending_proposals(node) if node else Proposal.objects.none()


def hidden_fields(page: RecordPage, actor: Any, record: SharedRecord) -> set[str]:
    """Give the fields of a record that its page shows to few, this account not among them."""
    policy = page.view.policy
    return {
        field.value
        for field in page.view.fields
        if field.action and isinstance(field.value, str)
        if not policy.may(actor, field.action, record)
    }


def may_decide(actor: Any, proposal: Proposal) -> bool:
    """Say whether `actor` decides on it: whoever leads, and may change the record itself."""
    node = this_node()
    if node is None or not is_ours_to_decide(node, proposal):
        return False
    if not permissions.proposals.may(actor, "decide", proposal):
        return False
    record = records_of([proposal]).get(proposal.record_id or proposal.pk)
    page = page_of_kind(proposal.kind)
    return record is None or page is None or page.view.policy.may(actor, "change", record)
