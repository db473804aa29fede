"""What the pages of this room, and other rooms, may ask of it."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_UP, Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value

from kafo.federation.enums import Fault, Side
from kafo.federation.models import (
    Alarm,
    Frame,
    Handover,
    Held,
    Line,
    Log,
    Outbox,
    Peer,
    PeerLog,
)
from kafo.federation.node import Node, node_of
from kafo.federation.wire.rosters import OfficeEntry, RosterPayload
from kafo.records.prices import FCFA_PER_MEGABYTE

FRAME_BYTES, ENTRY_BYTES = 250, 60  # about what a frame and a change in it weigh once sealed


@dataclass(frozen=True)
class PeerState:
    """What is known of one peer: what it holds of us, what we hold of it, and what waits."""

    office: uuid.UUID
    name: str
    addresses: list[str]
    ours_held_through: datetime | None  # it has all that was sealed here until then
    ours_held_at: datetime | None  # when it said so
    theirs_held_through: datetime | None  # we have all that it sealed until then
    theirs_held_at: datetime | None  # when we last heard of it
    tried_at: datetime | None
    records: int  # held of it
    parked: int  # of these, not readable here yet
    waiting_entries: int
    waiting_bytes: int  # what is not sealed yet is estimated: nothing that waits weighs nothing
    cost: Decimal  # FCFA
    last_error: str  # in plain words, empty when the last visit went well
    bytes_today: int
    budget: int
    every_minutes: int
    is_cut: bool
    is_revoked: bool = False
    fault: str = ""  # of Fault


def this_node() -> Node | None:
    """Give the node of the database, or None where there is none yet."""
    return node_of("default")


def line() -> Line:
    """Give how this node speaks to others; not stored until it is changed."""
    return Line.objects.filter(pk=1).first() or Line(pk=1)


def roster() -> RosterPayload | None:
    """Give the newest list of offices, or None before the first."""
    node = this_node()
    return node.roster if node else None


def office_names() -> dict[uuid.UUID, str]:
    """Give the names of all offices of the roster, by id."""
    known = roster()
    return {uuid.UUID(bytes=o.id): o.name for o in known.offices} if known else {}


def peer_offices() -> list[OfficeEntry]:
    """Give the offices of the roster that have a server of their own, this one left out."""
    node = this_node()
    known = roster()
    if node is None or known is None:
        return []
    return [
        entry
        for entry in known.offices
        if entry.id != node.office.bytes and not node.writes(uuid.UUID(bytes=entry.id))
    ]


def peer_states() -> list[PeerState]:
    """Give the state of each peer, in the order of the roster."""
    node = this_node()
    known = roster()
    if node is None or known is None:
        return []
    peers = {peer.office: peer for peer in Peer.objects.all()}
    counted = _Counted(node, known)
    the_line = line()
    return [_state(entry, peers, counted, the_line) for entry in peer_offices()]


class _Counted:
    """What waits for each peer, and when the last frames were sealed: a few queries for all."""

    def __init__(self, node: Node, known: RosterPayload) -> None:
        held = Held.objects.order_by().filter(log=OuterRef("pk")).values("log")
        parked = held.exclude(parked="").annotate(count=Count("pk")).values("count")
        outbox = Outbox.objects.order_by().values(one=Value(1))
        self.logs: list[Any] = list(
            Log.objects.annotate(
                parked_records=Subquery(parked),
                unsealed=Subquery(
                    outbox.annotate(count=Count("record_id", distinct=True)).values("count")
                ),
            )
        )
        logs = self.logs
        self.unsealed = logs[0].unsealed or 0 if logs else Outbox.objects.count()
        self.told_at: dict[bytes, datetime] = {}
        stands: dict[bytes, dict[int, int]] = defaultdict(dict)
        words = PeerLog.objects.values_list("peer__office", "log", "sequence", "told_at")
        for office, log_id, sequence, told_at in words:
            stands[office.bytes][log_id] = sequence
            self.told_at[office.bytes] = max(told_at, self.told_at.get(office.bytes, told_at))
        self.held: dict[bytes, dict[int, int]] = {}  # by office, by own log it reads: how far
        for entry in known.offices:
            told = stands[entry.id]
            self.held[entry.id] = {
                log.pk: told.get(log.pk, 0)
                for log in logs
                if node.writes(log.office) and known.reads(log.audience, log.office.bytes, entry.id)
            }
        pairs = {pair for held in self.held.values() for pair in held.items()}
        frames = Frame.objects.filter(is_void=False)
        ends = pairs | {(log.pk, log.sequence) for log in logs}
        asked: dict[str, Any] = {
            f"{what}_{log}_{at}": Sum(what, filter=Q(log=log, sequence__gt=at))
            for log, at in pairs
            for what in ("entries", "size")
        } | {
            f"sealed_{log}_{at}": Max("sealed_at", filter=Q(log=log, sequence=at))
            for log, at in ends
        }
        least: dict[int, int] = {}
        for log_id, at in ends:
            least[log_id] = min(at, least.get(log_id, at))
        newer = [Q(log=log_id, sequence__gte=at) for log_id, at in least.items()]
        self._found = frames.filter(reduce(or_, newer)).aggregate(**asked) if asked else {}

    def _sealed(self, log: int, at: int) -> datetime | None:
        found = self._found[f"sealed_{log}_{at}"]
        return None if found is None else datetime.fromtimestamp(found, UTC)

    def waiting(self, office: bytes) -> tuple[int, int]:
        """Give entries that an office has not said to hold, and about how many bytes they are."""
        stands = self.held[office].items()
        entries = sum(self._found[f"entries_{log}_{at}"] or 0 for log, at in stands)
        size = sum(self._found[f"size_{log}_{at}"] or 0 for log, at in stands)
        if self.unsealed:
            size += FRAME_BYTES + self.unsealed * ENTRY_BYTES
        return entries + self.unsealed, size

    def records(self, office: bytes) -> tuple[int, int]:
        """Give how many records of an office are held, and how many are not readable here yet."""
        logs = [log for log in self.logs if log.office.bytes == office]
        return sum(x.records for x in logs), sum(x.parked_records or 0 for x in logs)

    def ours_through(self, office: bytes) -> datetime | None:
        """Give when the last frame that an office holds of us was sealed."""
        found = (self._sealed(*pair) for pair in self.held[office].items())
        return max((at for at in found if at), default=None)

    def theirs_through(self, office: bytes) -> datetime | None:
        """Give when the last frame that we hold of an office was sealed."""
        logs = (log for log in self.logs if log.office.bytes == office)
        found = (self._sealed(log.pk, log.sequence) for log in logs)
        return max((at for at in found if at), default=None)


def _state(
    entry: OfficeEntry,
    peers: dict[uuid.UUID, Peer],
    counted: _Counted,
    the_line: Line,
) -> PeerState:
    office = uuid.UUID(bytes=entry.id)
    peer = peers.get(office)
    entries, size = counted.waiting(entry.id)
    records, parked = counted.records(entry.id)
    return PeerState(
        office=office,
        name=entry.name,
        addresses=entry.addresses,
        ours_held_through=counted.ours_through(entry.id),
        ours_held_at=counted.told_at.get(entry.id),
        theirs_held_through=counted.theirs_through(entry.id),
        theirs_held_at=peer.heard_at if peer else None,
        tried_at=peer.tried_at if peer else None,
        records=records,
        parked=parked,
        waiting_entries=entries,
        waiting_bytes=size,
        cost=cost_of(size),
        last_error=str(Fault(peer.fault).label) if peer and peer.fault else "",
        bytes_today=peer.bytes_moved if peer else 0,
        budget=peer.budget if peer and peer.budget is not None else the_line.budget,
        every_minutes=the_line.every_minutes,
        is_cut=the_line.is_cut,
        is_revoked=entry.is_revoked,
        fault=peer.fault if peer else "",
    )


def cost_of(size: int) -> Decimal:
    """Give what so many bytes cost, in FCFA, rounded up to a tenth."""
    return (FCFA_PER_MEGABYTE * size / 1_000_000).quantize(Decimal("0.1"), ROUND_UP)


def open_alarms() -> "QuerySet[Alarm]":
    """Give what an operator must know of, the newest first."""
    found: QuerySet[Alarm] = Alarm.objects.filter(settled_at=None).select_related("log")
    return found


def handovers() -> "QuerySet[Handover]":
    """Give the offices that are handed over from here or to here, the open ones first."""
    found: QuerySet[Handover] = Handover.objects.order_by("ended_at", "taken_at", "-invited_at")
    return found


def own_joining() -> Handover | None:
    """Give how far this office has joined by an invitation, or None when it did not."""
    node = this_node()
    found: Handover | None = (
        Handover.objects.filter(office=node.office, side=Side.TAKER).first() if node else None
    )
    return found
