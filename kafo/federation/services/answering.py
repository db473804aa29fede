"""Answer: what a node gives when a peer asks. Knows nothing of HTTP."""

import secrets
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from kafo.federation.enums import AlarmKind
from kafo.federation.errors import Malformed, Untrusted
from kafo.federation.models import Frame, Log, Peer, Roster
from kafo.federation.node import Node, trusted_version
from kafo.federation.services.applying import frame_hash
from kafo.federation.services.attachments import wanted_files
from kafo.federation.services.erasing import kept_from
from kafo.federation.services.incoming import Incoming, IncomingState
from kafo.federation.services.peers import note_heads
from kafo.federation.services.sealing import log_of, raise_alarm, seal_waiting
from kafo.federation.services.snapshots import position_of, snapshot_file
from kafo.federation.wire import cbor, signatures
from kafo.records.signals import home_heard

PIECE = 128 * 1024
AT_ONCE = 20  # frames
SHORT = 8  # bytes of a hash that are enough to compare
TOKEN_SECONDS = 3600
MOST_TOKENS = 1000
MOST_EPOCHS = 2**31 - 1
MOST_FRAMES = 2**62
_tokens: dict[bytes, tuple[str, uuid.UUID, float]] = {}


@dataclass(frozen=True)
class Head:
    """Where a log stands, as one node tells another."""

    office: uuid.UUID
    audience: str
    epoch: int
    sequence: int
    hash: bytes

    def packed(self) -> list[Any]:
        """Give it as it travels."""
        return [self.office.bytes, self.audience, self.epoch, self.sequence, self.hash]

    @classmethod
    def read(cls, item: Any) -> "Head":
        """Read what `packed` gave; raises Malformed."""
        match item:
            case [bytes(office), str(audience), int(epoch), int(sequence), bytes(hash_)] if (
                len(office) == 16
                and len(audience) <= 80
                and 0 < epoch <= MOST_EPOCHS
                and 0 <= sequence <= MOST_FRAMES
            ):
                return cls(uuid.UUID(bytes=office), audience, epoch, sequence, hash_[:SHORT])
        raise Malformed("This is no head of a log.")


def heads_for(node: Node, reader: uuid.UUID) -> list[Head]:
    """Give the heads of all logs that `reader` may know of.

    A log with holes is told without its hash, so that whoever has it whole offers it.
    """
    roster = node.roster
    if roster is None:
        return []
    return [
        Head(log.office, log.audience, log.epoch, log.sequence, _known_hash(log))
        for log in Log.objects.using(node.using).order_by("office", "audience")
        if log.sequence and roster.reads(log.audience, log.office.bytes, reader.bytes)
    ]


def _known_hash(log: Log) -> bytes:
    return b"" if log.has_holes else bytes(log.head_hash)[:SHORT]


def hello(node: Node, server: uuid.UUID, counter: int) -> bytes:
    """Give what a client opens an exchange with: who it is, and where it stands. Signed."""
    key = node.greeting_key()
    if key is None:
        raise Untrusted("This node has no key of its own.")
    roster = node.roster
    payload = cbor.encode(
        [
            node.office.bytes,
            counter,
            roster.version if roster else 0,
            [head.packed() for head in heads_for(node, server)],
        ]
    )
    return cbor.encode([payload, signatures.sign(key, payload, _bound(server))])


def _bound(server: uuid.UUID) -> bytes:
    return cbor.encode(["kafo-hello-1", server.bytes])


def answer_hello(node: Node, data: bytes) -> bytes:
    """Give the roster versions and the heads that the client lacks or has otherwise, a token, and
    whether files are missing here.

    A hello that was heard before is answered with the highest counter heard, and nothing else: no
    clock is needed to say it anew. Raises Malformed, or Untrusted for a stranger.
    """
    client, counter, version, heads = _read_hello(node, data)
    peer = _count(node, client, counter, heads)
    if peer.counter != counter:
        return cbor.encode([peer.counter])
    for log in Log.objects.using(node.using):
        Incoming(node, client, log).settle()
    seal_waiting(node)
    known = {(head.office, head.audience): head for head in heads}
    listed = []
    for mine in heads_for(node, client):
        theirs = known.pop((mine.office, mine.audience), None)
        if mine == theirs:
            continue
        log = Log.objects.using(node.using).get(office=mine.office, audience=mine.audience)
        at_theirs = None
        if theirs:
            note_fork(node, log, theirs, peer.office)
            at_theirs = frame_hash(log, theirs.sequence) if theirs.sequence else None
        incoming = Incoming(node, client, log)
        listed.append(
            [mine.packed(), log.edition, kept_from(log), at_theirs and at_theirs[:SHORT]]
            + [incoming.after, incoming.edition, incoming.size]
        )
    _note_home(node, client, heads)
    for theirs in known.values():
        listed.append([[*theirs.packed()[:2], 1, 0, b""], 0, 1, None, 0, 0, 0])
    rosters = Roster.objects.using(node.using).filter(version__gt=version)
    token = _token(node, client)
    return cbor.encode(
        [
            node.office.bytes,
            node.roster.version if node.roster else 0,
            [bytes(row.data) for row in rosters.order_by("version")],
            listed,
            token,
            bool(wanted_files(node)),
        ]
    )


def _token(node: Node, client: uuid.UUID) -> bytes:
    """Give a new token, and forget those that are old or too many."""
    now = time.monotonic()
    for token, (_, _, until) in list(_tokens.items()):
        if until < now or len(_tokens) >= MOST_TOKENS:
            _tokens.pop(token, None)
    token = secrets.token_bytes(16)
    _tokens[token] = (node.using, client, now + TOKEN_SECONDS)
    return token


def _note_home(node: Node, client: uuid.UUID, heads: list[Head]) -> None:
    """Tell that a client stands by what is here of it, when its logs are no further than that."""
    own = {head for head in heads if head.office == client}
    if own and own <= set(heads_for(node, client)):
        home_heard.send(None, office=client, at=timezone.now(), using=node.using)


def _read_hello(node: Node, data: bytes) -> tuple[uuid.UUID, int, int, list[Head]]:
    match cbor.decode(data):
        case [bytes(payload), bytes(signature)]:
            pass
        case _:
            raise Malformed("This is no hello.")
    match cbor.decode(payload):
        case [bytes(client), int(counter), int(version), list(heads)]:
            pass
        case _:
            raise Malformed("This is no hello.")
    entry = node.roster.office(client) if node.roster else None
    keys = [key for key, limits in entry.keys if limits is None] if entry else []
    if signatures.signer_of(keys, signature, payload, _bound(node.office)) is None:
        raise Untrusted("No office that is known here signed this.")
    return uuid.UUID(bytes=client), counter, version, [Head.read(head) for head in heads]


def _count(node: Node, client: uuid.UUID, counter: int, heads: list[Head]) -> Peer:
    with transaction.atomic(using=node.using):
        peer, _ = Peer.objects.using(node.using).get_or_create(office=client)
        if counter <= peer.counter:
            peer.counter = max(peer.counter, counter + 1)
            return peer
        peer.counter = counter
        peer.heads = cbor.encode([head.packed() for head in heads])
        peer.heard_at = timezone.now()
        peer.save(using=node.using)
        stands = [(head.office, head.audience, head.epoch, head.sequence) for head in heads]
        note_heads(node, peer, stands)
    return peer


def note_fork(node: Node, log: Log, theirs: Head, peer: uuid.UUID) -> bool:
    """Raise the alarm when a peer has another history of the same epoch; give whether it has."""
    if theirs.epoch != log.epoch or not 0 < theirs.sequence <= log.sequence or not theirs.hash:
        return False
    mine = frame_hash(log, theirs.sequence)
    if mine is None or mine[:SHORT] == theirs.hash:
        return False
    text = f"{log.audience} {theirs.epoch}.{theirs.sequence}: {peer}"
    raise_alarm(node, AlarmKind.FORK, text, log)
    return True


def client_of(node: Node, token: bytes) -> uuid.UUID:
    """Give who holds a token of this node; raises Untrusted."""
    using, client, until = _tokens.get(token, ("", node.office, 0.0))
    if using != node.using or until < time.monotonic():
        raise Untrusted("Say hello first.")
    return client


def readable_log(node: Node, client: uuid.UUID, office: uuid.UUID, audience: str) -> Log:
    """Give a log that `client` may read; raises Untrusted."""
    log = Log.objects.using(node.using).filter(office=office, audience=audience).first()
    roster = node.roster
    if log is None or roster is None or not roster.reads(audience, office.bytes, client.bytes):
        raise Untrusted("There is no such log.")
    return log


def frames_after(log: Log, after: int, edition: int, skip: int = 0) -> Iterator[bytes]:
    """Give the frames after a sequence, less the first `skip` bytes; raises Untrusted.

    The same bytes each time for one edition of a log; more at the end when it has grown. They end
    early when frames are dropped meanwhile.
    """
    if log.edition != edition or kept_from(log) > after + 1:
        raise Untrusted("These frames are not kept any more.")
    rows = Frame.objects.using(log._state.db).filter(
        log=log, sequence__lte=log.sequence, is_void=False, size__gt=0
    )
    # A few at a time: a query that stays open for a slow peer keeps all that is written meanwhile.
    while some := list(
        rows.filter(sequence__gt=after)
        .order_by("sequence")
        .values_list("sequence", "data")[:AT_ONCE]
    ):
        for sequence, kept in some:
            if sequence != after + 1:
                return
            data, after = bytes(kept), sequence
            if skip < len(data):
                yield data[skip:]
            skip = max(0, skip - len(data))


def take_frames(
    node: Node, client: uuid.UUID, head: Head, after: int, edition: int, offset: int, data: bytes
) -> int:
    """Take bytes that a client pushes; give how many of its stream are here now."""
    if not is_for_us(node, head):
        raise Untrusted("This log is not for this office.")
    log = log_of_peer(node, head)
    incoming = Incoming(node, client, log)
    incoming.begin(after, edition)
    incoming.add(offset, data)
    incoming.apply()
    return incoming.size


def snapshot_from(
    node: Node, log: Log, at_least: tuple[int, int], begun: tuple[int, int], skip: int
) -> tuple[tuple[int, int], int, int, Iterator[bytes]]:
    """Give where a state stands, its first byte that is given, its size, and the bytes.

    The first `skip` bytes are left out when it is the same state that was `begun`.
    """
    position, path = snapshot_file(node, log, at_least)
    size = path.stat().st_size
    first = skip if position == begun and skip <= size else 0
    return position, first, size, _bytes_of(path, first)


def _bytes_of(path: Path, first: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while data := file.read(PIECE):
            yield data


def take_snapshot(
    node: Node,
    client: uuid.UUID,
    head: Head,
    position: tuple[int, int],
    offset: int,
    size: int,
    data: bytes,
) -> int:
    """Take bytes of a state that a client pushes; give how many are here, all of `size` at last.

    Raises Malformed, Untrusted or Diverged.
    """
    if not is_for_us(node, head):
        raise Untrusted("This log is not for this office.")
    log = log_of_peer(node, head)
    if position <= position_of(log):
        return size
    incoming = IncomingState(node, client, log)
    incoming.begin(position)
    incoming.add(offset, data)
    if incoming.size < size:
        return incoming.size
    incoming.load()
    return size


def log_of_peer(node: Node, head: Head) -> Log:
    """Give the log that a head is about, made when it is new here."""
    with transaction.atomic(using=node.using):
        return log_of(node, head.office, head.audience)


def is_for_us(node: Node, head: Head) -> bool:
    """Say whether a log is for this office, and one that the list of offices knows.

    A peer may name any: one that is not listed is never made here.
    """
    roster = node.roster
    if roster is None or not roster.reads(head.audience, head.office.bytes, node.office.bytes):
        return False
    audiences = {"public", "federation", *roster.circles}
    audiences |= {f"to:{entry.id.hex()}" for entry in roster.offices}
    return roster.office(head.office.bytes) is not None and head.audience in audiences


def take_rosters(node: Node, documents: list[bytes]) -> None:
    """Take roster versions in their order; raises Malformed or Untrusted."""
    for document in sorted(documents, key=trusted_version):
        node.accept_roster(document)
