"""Exchange: one visit to a peer. Say hello, fetch what it has more of, push the rest."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from kafo.federation.enums import AlarmKind
from kafo.federation.errors import Diverged, Malformed, Untrusted
from kafo.federation.models import Log, Peer, Roster
from kafo.federation.node import Node
from kafo.federation.services.answering import (
    PIECE,
    SHORT,
    Head,
    frames_after,
    heads_for,
    hello,
    is_for_us,
    log_of_peer,
    note_fork,
    take_rosters,
)
from kafo.federation.services.applying import frame_hash
from kafo.federation.services.attachments import FileLink, fetch_files, give_files
from kafo.federation.services.erasing import kept_from
from kafo.federation.services.incoming import Incoming, IncomingState
from kafo.federation.services.peers import note_heads
from kafo.federation.services.sealing import raise_alarm, seal_waiting
from kafo.federation.services.snapshots import position_of, snapshot_file
from kafo.federation.wire import cbor
from kafo.federation.wire.frames import FIRST
from kafo.records.signals import home_heard

Position = tuple[int, int]


class Link(FileLink, Protocol):
    """A way to a peer. Each method may raise ConnectionError at any byte."""

    office: uuid.UUID

    def hello(self, data: bytes) -> bytes: ...

    def frames(
        self, token: bytes, head: Head, after: int, edition: int, skip: int
    ) -> Iterator[bytes]: ...

    def snapshot(
        self, token: bytes, head: Head, at_least: Position, begun: Position, skip: int
    ) -> tuple[Position, int, Iterator[bytes]]: ...

    def push(
        self, token: bytes, head: Head, after: int, edition: int, offset: int, data: bytes
    ) -> int: ...

    def give_snapshot(
        self, token: bytes, head: Head, position: Position, offset: int, size: int, data: bytes
    ) -> int: ...

    def rosters(self, token: bytes, documents: list[bytes]) -> None: ...


@dataclass
class Visit:
    """What came of a visit."""

    frames: int = 0
    snapshots: int = 0
    pushed: int = 0
    files: int = 0  # bytes
    given: int = 0  # bytes of files
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Offer:
    """What the peer says of one log: its head, and how its frames can be had or given."""

    head: Head
    edition: int
    kept_from: int
    at_ours: bytes | None
    after: int
    taking: int
    taken: int


def exchange(node: Node, link: Link, *, files_at_most: int | None = None) -> Visit:
    """Visit a peer once; give what came of it. Files come last, up to so many bytes.

    What was received stays received when the line is cut: the next visit goes on from that byte.
    """
    visit = Visit()
    seal_waiting(node)
    stood = {(head.office, head.audience): head for head in heads_for(node, link.office)}
    token, offers, misses_files = _greet(node, link)
    for offer in offers:
        _fetch(node, link, token, offer, visit, stood)
    for offer in offers:
        _push(node, link, token, offer, visit)
    _note_held(node, link.office, offers)
    if not visit.faults:
        home_heard.send(None, office=link.office, at=timezone.now(), using=node.using)
    visit.files = fetch_files(node, link, token, at_most=files_at_most)
    if misses_files or visit.pushed:
        left = None if files_at_most is None else files_at_most - visit.files
        visit.given = give_files(node, link, token, link.office, at_most=left)
    return visit


def _note_held(node: Node, office: uuid.UUID, offers: list[Offer]) -> None:
    """Note that the peer now stands where we stand, or where it said it is ahead."""
    peer = Peer.objects.using(node.using).get(office=office)
    Peer.objects.using(node.using).filter(pk=peer.pk).update(heard_at=timezone.now())
    ahead = {(offer.head.office, offer.head.audience): offer.head for offer in offers}
    stands = []
    for mine in heads_for(node, office):
        theirs = ahead.get((mine.office, mine.audience), mine)
        stand = max((mine.epoch, mine.sequence), (theirs.epoch, theirs.sequence))
        stands.append((mine.office, mine.audience, *stand))
    note_heads(node, peer, stands)


def _greet(node: Node, link: Link) -> tuple[bytes, list[Offer], bool]:
    """Give the token, what the peer offers, and whether it misses files."""
    with transaction.atomic(using=node.using):
        Peer.objects.using(node.using).get_or_create(office=link.office)
    counter = max(0, int(node.now() * 1000))
    said = cbor.decode(link.hello(hello(node, link.office, counter)))
    match said:
        case [int(heard)]:
            said = cbor.decode(link.hello(hello(node, link.office, heard + 1)))
    match said:
        case [bytes(_), int(version), list(rosters), list(offers), bytes(token), *more]:
            misses = more[:1] == [True]  # an older version does not say; a later one says more
        case _:
            raise Malformed("This is no answer to a hello.")
    take_rosters(node, rosters)
    newer = Roster.objects.using(node.using).filter(version__gt=version).order_by("version")
    if documents := [bytes(row.data) for row in newer]:
        link.rosters(token, documents)
    return token, [_offer(item) for item in offers], misses


def _offer(item: object) -> Offer:
    match item:
        case [
            list(head),
            int(edition),
            int(kept),
            (bytes() | None) as at_ours,
            int(after),
            int(taking),
            int(taken),
        ]:
            return Offer(Head.read(head), edition, kept, at_ours, after, taking, taken)
    raise Malformed("This is no offer.")


def _fetch(
    node: Node,
    link: Link,
    token: bytes,
    offer: Offer,
    visit: Visit,
    stood: dict[tuple[uuid.UUID, str], Head],
) -> None:
    head = offer.head
    if not is_for_us(node, head):
        return
    log = log_of_peer(node, head)
    if note_fork(node, log, head, link.office):
        return
    told = stood.get((head.office, head.audience))
    # What another peer has given meanwhile was not told, and is compared at the next visit.
    stands = told is not None and (told.epoch, told.sequence) == (log.epoch, log.sequence)
    differs = offer.at_ours and offer.at_ours != bytes(log.head_hash)[:SHORT]
    if stands and differs and head.epoch == log.epoch:
        text = f"{log.audience} {log.epoch}.{log.sequence}: {link.office}"
        raise_alarm(node, AlarmKind.FORK, text, log)
        return
    if log.has_holes and head.hash and (head.epoch, head.sequence) == (log.epoch, log.sequence):
        _fetch_snapshot(node, link, token, head, visit)
        return
    if (head.epoch, head.sequence) <= (log.epoch, log.sequence):
        return
    if head.sequence > log.sequence and offer.kept_from <= log.sequence + 1:
        incoming = _fetch_frames(node, link, token, offer, log, visit)
        if incoming.fault is None:
            return
        if head.epoch == log_of_peer(node, head).epoch and not isinstance(incoming.fault, Diverged):
            incoming.complain()
            visit.faults.append(str(incoming.fault))
            return
    _fetch_snapshot(node, link, token, head, visit)
    log = log_of_peer(node, head)
    if log.epoch == head.epoch and offer.kept_from <= log.sequence + 1 <= head.sequence:
        _fetch_frames(node, link, token, offer, log, visit)


def _fetch_frames(
    node: Node, link: Link, token: bytes, offer: Offer, log: Log, visit: Visit
) -> Incoming:
    incoming = Incoming(node, link.office, log)
    visit.frames += incoming.apply()  # what the last visit had received and could not write
    log = incoming.log
    if incoming.fault:
        incoming = Incoming(node, link.office, log)
    if log.sequence >= offer.head.sequence:
        incoming.settle()
        return incoming
    if incoming.edition != offer.edition or incoming.after + 1 < offer.kept_from:
        incoming.begin(log.sequence, offer.edition)
    try:
        for piece in link.frames(token, offer.head, incoming.after, offer.edition, incoming.size):
            incoming.add(incoming.size, piece)
            visit.frames += incoming.apply()
            if incoming.fault:
                break
    except Untrusted as error:
        incoming.fault = error
        incoming.drop()
        return incoming
    visit.frames += incoming.apply()
    if incoming.fault is None:
        incoming.settle()
    return incoming


def _fetch_snapshot(node: Node, link: Link, token: bytes, head: Head, visit: Visit) -> None:
    log = log_of_peer(node, head)
    try:
        incoming = IncomingState(node, link.office, log)
        position, first, pieces = link.snapshot(
            token, head, position_of(log), incoming.position, incoming.size
        )
        incoming.begin(position)
        for piece in pieces:
            incoming.add(first, piece)
            first += len(piece)
        incoming.load()
        visit.snapshots += 1
    except (Malformed, Untrusted, Diverged) as error:
        diverged = isinstance(error, Diverged)
        kind = AlarmKind.DIVERGED if diverged else AlarmKind.UNTRUSTED
        raise_alarm(node, kind, f"{error} ({link.office})", log)
        visit.faults.append(str(error))


def _push(node: Node, link: Link, token: bytes, offer: Offer, visit: Visit) -> None:
    head = offer.head
    log = Log.objects.using(node.using).filter(office=head.office, audience=head.audience).first()
    if log is None or (log.epoch, log.sequence) <= (head.epoch, head.sequence):
        return
    first = kept_from(log)
    mine = frame_hash(log, head.sequence) if head.sequence else FIRST
    if mine is None or (head.sequence and mine[:SHORT] != head.hash) or first > head.sequence + 1:
        if head.epoch < log.epoch or first > head.sequence + 1:
            _push_snapshot(node, link, token, head, log, visit)
        return
    after, offset = head.sequence, 0
    if offer.taking == log.edition and offer.taken and first <= offer.after + 1:
        after, offset = offer.after, offer.taken
    for data in frames_after(log, after, log.edition, offset):
        for at in range(0, len(data), PIECE):
            piece = data[at : at + PIECE]
            link.push(token, head, after, log.edition, offset, piece)
            offset += len(piece)
            visit.pushed += len(piece)


def _push_snapshot(
    node: Node, link: Link, token: bytes, head: Head, log: Log, visit: Visit
) -> None:
    position, path = snapshot_file(node, log, (head.epoch, head.sequence))
    size = path.stat().st_size
    with path.open("rb") as file:
        there = link.give_snapshot(token, head, position, 0, size, b"")
        while there < size:
            file.seek(there)
            data = file.read(PIECE)
            before, there = there, link.give_snapshot(token, head, position, there, size, data)
            if there <= before:
                raise Malformed("The peer takes nothing.")
            visit.pushed += there - before
