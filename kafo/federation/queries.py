"""What the pages of this room, and other rooms, may ask of it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_UP, Decimal

from django.db.models import Q, QuerySet, Sum

from kafo.federation.enums import Fault
from kafo.federation.models import Alarm, Frame, Handover, Line, Log, Outbox, Peer, PeerLog
from kafo.federation.node import Node, node_of
from kafo.federation.wire.rosters import OfficeEntry, RosterPayload

FCFA_PER_MB = Decimal("2.5")


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
    waiting_entries: int
    waiting_bytes: int
    cost: Decimal  # FCFA
    last_error: str  # in plain words, empty when the last visit went well
    bytes_today: int
    budget: int
    is_cut: bool


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
    own = [log for log in Log.objects.all() if node.writes(log.office)]
    peers = {peer.office: peer for peer in Peer.objects.prefetch_related("logs")}
    the_line = line()
    unsealed = Outbox.objects.values("kind", "record_id").distinct().count()
    return [
        _state(entry, known, own, peers.get(uuid.UUID(bytes=entry.id)), the_line, unsealed)
        for entry in peer_offices()
    ]


def _state(
    entry: OfficeEntry,
    known: RosterPayload,
    own: list[Log],
    peer: Peer | None,
    the_line: Line,
    unsealed: int,
) -> PeerState:
    office = uuid.UUID(bytes=entry.id)
    told = {word.log_id: word for word in peer.logs.all()} if peer else {}
    entries, size, through = unsealed, 0, []
    for log in own:
        if not known.reads(log.audience, log.office.bytes, entry.id):
            continue
        word = told.get(log.pk)
        held = word.sequence if word else 0
        missing = Frame.objects.filter(log=log, sequence__gt=held, is_void=False)
        sums = missing.aggregate(entries=Sum("entries"), size=Sum("size"))
        entries, size = entries + (sums["entries"] or 0), size + (sums["size"] or 0)
        if at := _sealed_at(log, held):
            through.append(at)
    theirs = [_sealed_at(log, log.sequence) for log in Log.objects.filter(office=office)]
    return PeerState(
        office=office,
        name=entry.name,
        addresses=entry.addresses,
        ours_held_through=max(through, default=None),
        ours_held_at=max((word.told_at for word in told.values()), default=None),
        theirs_held_through=max((at for at in theirs if at), default=None),
        theirs_held_at=peer.heard_at if peer else None,
        tried_at=peer.tried_at if peer else None,
        waiting_entries=entries,
        waiting_bytes=size,
        cost=cost_of(size),
        last_error=str(Fault(peer.fault).label) if peer and peer.fault else "",
        bytes_today=peer.bytes_moved if peer else 0,
        budget=peer.budget if peer and peer.budget is not None else the_line.budget,
        is_cut=the_line.is_cut,
    )


def cost_of(size: int) -> Decimal:
    """Give what so many bytes cost, in FCFA, rounded up to a tenth."""
    return (FCFA_PER_MB * size / 1_000_000).quantize(Decimal("0.1"), ROUND_UP)


def _sealed_at(log: Log, sequence: int) -> datetime | None:
    row = Frame.objects.filter(log=log, sequence__lte=sequence, is_void=False)
    at = row.order_by("-sequence").values_list("sealed_at", flat=True).first()
    return datetime.fromtimestamp(at, UTC) if at is not None else None


def open_alarms() -> "QuerySet[Alarm]":
    """Give what an operator must know of, the newest first."""
    found: QuerySet[Alarm] = Alarm.objects.filter(settled_at=None).select_related("log")
    return found


def handovers() -> "QuerySet[Handover]":
    """Give the offices that are handed over from here or to here, the open ones first."""
    found: QuerySet[Handover] = Handover.objects.order_by("ended_at", "taken_at", "-invited_at")
    return found


def unconfirmed_erasures() -> Iterator[tuple[str, Log]]:
    """Give the peers that have not said yet that they hold an own log whole, and the log.

    What was erased in that log may still be held there.
    """
    node = this_node()
    known = roster()
    if node is None or known is None:
        return
    for entry in peer_offices():
        for log in Log.objects.filter(sequence__gt=0):
            if not node.writes(log.office) or not known.reads(
                log.audience, log.office.bytes, entry.id
            ):
                continue
            told = PeerLog.objects.filter(peer__office=uuid.UUID(bytes=entry.id), log=log)
            whole = Q(epoch__gt=log.epoch) | Q(epoch=log.epoch, sequence__gte=log.sequence)
            if not told.filter(whole).exists():
                yield entry.name, log
