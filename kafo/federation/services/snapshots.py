"""Snapshots: the whole state of a log, proven by the root in its newest head.

Any peer can give one: a sequence of byte strings, first what it is, then packed runs of states.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from kafo.federation.errors import Diverged, Malformed, Untrusted
from kafo.federation.models import Frame, Held, Log
from kafo.federation.node import Node, receiving
from kafo.federation.services.applying import remove_records, write_records
from kafo.federation.services.holding import State, held_by_number, store
from kafo.federation.services.sealing import log_of
from kafo.federation.wire import cbor, frames, roots

RUN_BYTES = 256 * 1024
MAX_RECORDS = roots.MOST_RECORDS


def write_snapshot(log: Log) -> Iterator[bytes]:
    """Give the state of a log, in pieces; the same bytes for the same sequence."""
    yield cbor.encode(
        cbor.encode(
            [1, log.epoch, log.sequence, bytes(log.before), bytes(log.statement), log.next_number]
        )
    )
    run: list[bytes] = []
    size = 0
    rows = Held.objects.using(log._state.db).filter(log=log).order_by("number")
    for number, state in rows.values_list("number", "state").iterator(chunk_size=500):
        item = cbor.encode([number, bytes(state)])
        if size + len(item) > RUN_BYTES:
            yield _run(run)
            run, size = [], 0
        run.append(item)
        size += len(item)
    if run:
        yield _run(run)


def _run(items: list[bytes]) -> bytes:
    return cbor.encode(cbor.encode([frames.DICTIONARY, frames.pack(b"".join(items))]))


def load_snapshot(node: Node, log: Log, data: bytes) -> Log:
    """Take the state of a log from a snapshot; give the log.

    Raises Malformed, Untrusted, or Diverged when the state is not the one that the office signed.
    """
    pieces = [cbor.decode(piece) for piece in cbor.split(data, MAX_RECORDS)]
    match cbor.decode(pieces[0]) if pieces and isinstance(pieces[0], bytes) else None:
        case [1, int(epoch), int(sequence), bytes(before), bytes(statement), int(next_number)]:
            pass
        case _:
            raise Malformed("This is no snapshot.")
    frame = _statement(node, log, epoch, before, statement)
    states = dict(_states(pieces[1:]))
    root = roots.root_of({number: roots.leaf(s.encoded()) for number, s in states.items()})
    if root != frame.root or frame.sequence != sequence:
        raise Diverged("The snapshot is not the state that the office signed.")
    with transaction.atomic(using=node.using), receiving():
        log = log_of(node, log.office, log.audience)
        if [epoch, sequence] < [log.epoch, log.sequence]:
            raise Untrusted("The snapshot is older than what is here.")
        _take(node, log, states)
        rows = Frame.objects.using(node.using).filter(log=log)
        rows.filter(epoch__lt=epoch).update(is_void=True)
        rows.filter(is_void=False).update(data=b"", size=0)
        if not rows.filter(sequence=sequence, is_void=False).exists():
            rows.create(
                log=log,
                epoch=epoch,
                sequence=sequence,
                hash=frame.hash,
                sealed_at=frame.sealed_at,
            )
        log.epoch, log.sequence, log.before, log.head_hash = epoch, sequence, before, frame.hash
        log.statement, log.has_holes, log.released_to, log.key = statement, False, b"", b""
        log.next_number = max(log.next_number, next_number)
        log.save()
    if node.writes(log.office) and not node.is_behind(log):
        node.mark(log)
    return log


def _statement(node: Node, log: Log, epoch: int, before: bytes, statement: bytes) -> frames.Frame:
    roster = node.roster
    entry = roster.office(log.office.bytes) if roster else None
    if roster is None or entry is None:
        raise Untrusted("This office is not in the roster.")
    place = frames.Place(log.office.bytes, log.audience, epoch, before)
    frame = frames.read_statement(statement, place=place, keys=[key for key, _ in entry.keys])
    if not roster.believes(log.office.bytes, frame.key, log.audience, epoch, frame.sequence):
        raise Untrusted("The key of this snapshot was revoked before it.")
    return frame


def _states(pieces: Iterable[Any]) -> Iterator[tuple[int, State]]:
    for piece in pieces:
        match cbor.decode(piece) if isinstance(piece, bytes) else None:
            case [int(number), bytes(packed)]:
                run = frames.unpack(packed, number)
            case _:
                raise Malformed("A run of the snapshot has another shape.")
        for item in cbor.split(run, frames.MAX_UNPACKED):
            match cbor.decode(item):
                case [int(number), bytes(state)] if 0 <= number < roots.MOST_RECORDS:
                    yield number, _state(state)
                case _:
                    raise Malformed("A state of the snapshot has another shape.")


def _state(data: bytes) -> State:
    match cbor.decode(data):
        case [bytes(id_), int(kind), int(schema), int(reader), dict(fields)] if len(id_) == 16:
            return State(id_, kind, schema, reader, fields)
    raise Malformed("A state of the snapshot has another shape.")


def _take(node: Node, log: Log, states: dict[int, State]) -> None:
    held = Held.objects.using(node.using).filter(log=log)
    known = {n: bytes(state) for n, state in held.values_list("number", "state")}
    gone = sorted(set(known) - set(states))
    changed = [n for n, state in states.items() if known.get(n) != state.encoded()]
    before = held_by_number(log, [*gone, *changed])
    update: dict[int, State | None] = {n: states[n] for n in changed}
    taken = store(log, {**update, **dict.fromkeys(gone)})
    renumbered = [n for n in changed if n in before and before[n].record_id.bytes != states[n].id]
    remove_records(node, log, [before[n] for n in [*gone, *renumbered]])
    write_records(node, taken, before)
