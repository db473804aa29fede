"""Snapshots: the whole state of a log, proven by the root in its newest head.

Any peer can give one: a sequence of byte strings, first what it is, then packed runs of states.
One is never whole in memory, on neither side: it is a file, and taken run by run.
"""

import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from kafo.federation.errors import Diverged, Malformed, Untrusted
from kafo.federation.models import Frame, Held, Log, TreeNode
from kafo.federation.node import Node, receiving
from kafo.federation.services.applying import frame_hash, remove_records, write_records
from kafo.federation.services.erasing import kept_from, state_files
from kafo.federation.services.holding import State, held_by_number, plant, store
from kafo.federation.services.sealing import log_of, settle_forks
from kafo.federation.wire import cbor, frames, roots
from kafo.records.errors import TryAgain

RUN_BYTES = 256 * 1024
PATIENCE = 10  # seconds
_writing = threading.Lock()


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


def position_of(log: Log) -> tuple[int, int]:
    """Give where a log stands, to be compared."""
    return log.epoch, log.sequence


def snapshot_file(node: Node, log: Log, at_least: tuple[int, int]) -> tuple[tuple[int, int], Path]:
    """Give a file with a state of the log that is at least so new, and where that state stands.

    The last one is given again as long as frames go on from it, so that a slow peer can fetch it
    in several visits. Raises Untrusted when there is none so new, TryAgain while one is written.
    """
    if not _writing.acquire(timeout=PATIENCE):
        raise TryAgain("A state is being written; ask again in a minute.")
    try:
        for path in state_files(node, log):
            _, place, hash_ = path.stem.split("-")
            epoch, sequence = (int(number) for number in place.split("."))
            goes_on = sequence == log.sequence or kept_from(log) <= sequence + 1
            known = frame_hash(log, sequence) if epoch == log.epoch and goes_on else None
            if known and known.hex().startswith(hash_) and at_least <= (epoch, sequence):
                return (epoch, sequence), path
        while True:
            log = Log.objects.using(node.using).get(pk=log.pk)
            if position_of(log) < at_least:
                raise Untrusted("There is no state of this log so new here.")
            if written := _written(node, log):
                return position_of(log), written
    finally:
        _writing.release()


def _written(node: Node, log: Log) -> Path | None:
    """Write the state of a log to a file; None when the log went on meanwhile."""
    for old in state_files(node, log):
        old.unlink()
    folder = node.home / "states"
    folder.mkdir(exist_ok=True)
    hash_ = bytes(log.head_hash)[:8].hex()
    path = folder / f"{log.pk}-{log.epoch}.{log.sequence}-{hash_}.state"
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        for piece in write_snapshot(log):
            file.write(piece)
    now = Log.objects.using(node.using).get(pk=log.pk)
    if (now.head_hash, now.edition) != (log.head_hash, log.edition):
        return None
    temporary.replace(path)
    return path


def load_snapshot(node: Node, log: Log, source: BinaryIO) -> Log:
    """Take the state of a log from a snapshot, run by run; give the log.

    Raises Malformed, Untrusted, or Diverged when the state is not the one that the office signed.
    """
    pieces = _pieces(source)
    match cbor.decode(next(pieces, b"")):
        case [1, int(epoch), int(sequence), bytes(before), bytes(statement), int(next_number)]:
            pass
        case _:
            raise Malformed("This is no snapshot.")
    frame = _statement(node, log, epoch, before, statement)
    if frame.sequence != sequence:
        raise Diverged("The snapshot is not the state that the office signed.")
    with transaction.atomic(using=node.using), receiving():
        log = log_of(node, log.office, log.audience)
        if (epoch, sequence) < position_of(log):
            raise Untrusted("The snapshot is older than what is here.")
        _take(node, log, pieces)
        if bytes(log.root) != frame.root:
            raise Diverged("The snapshot is not the state that the office signed.")
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
        if epoch > log.epoch:
            settle_forks(node, log)
        log.epoch, log.sequence, log.before, log.head_hash = epoch, sequence, before, frame.hash
        log.statement, log.has_holes, log.released_to, log.key = statement, False, b"", b""
        log.next_number = max(log.next_number, next_number)
        log.save()
    if node.writes(log.office) and not node.is_behind(log):
        node.mark(log)
    return log


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    while start := source.read(9):
        major, length, width = cbor.head(start, 0)
        if major != 2 or length > frames.MAX_FRAME:
            raise Malformed("A piece of the snapshot has another shape.")
        piece = start[width:] + source.read(max(0, length - len(start) + width))
        if len(piece) < length:
            raise Malformed("The snapshot ends early.")
        source.seek(length - len(piece), os.SEEK_CUR)
        yield piece[:length]


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


def _states(piece: bytes) -> dict[int, State]:
    match cbor.decode(piece):
        case [int(number), bytes(packed)]:
            run = frames.unpack(packed, number)
        case _:
            raise Malformed("A run of the snapshot has another shape.")
    states: dict[int, State] = {}
    for item in cbor.split(run, frames.MAX_UNPACKED):
        match cbor.decode(item):
            case [int(number), bytes(state)] if 0 <= number < roots.MOST_RECORDS:
                states[number] = _state(state)
            case _:
                raise Malformed("A state of the snapshot has another shape.")
    if not states or list(states) != sorted(states):
        raise Malformed("The states of a snapshot go up by their numbers.")
    return states


def _state(data: bytes) -> State:
    match cbor.decode(data):
        case [bytes(id_), int(kind), int(schema), int(reader), dict(fields)] if len(id_) == 16:
            return State(id_, kind, schema, reader, fields)
    raise Malformed("A state of the snapshot has another shape.")


def _take(node: Node, log: Log, pieces: Iterable[bytes]) -> None:
    """Make what is held the same as in the snapshot, one run at a time."""
    TreeNode.objects.using(node.using).filter(log=log).delete()
    log.root = roots.EMPTY
    after = -1
    for piece in pieces:
        states = _states(piece)
        if min(states) <= after:
            raise Malformed("The states of a snapshot go up by their numbers.")
        _take_run(node, log, states, after)
        after = max(states)
    _take_run(node, log, {}, after)


def _take_run(node: Node, log: Log, states: dict[int, State], after: int) -> None:
    held = Held.objects.using(node.using).filter(log=log, number__gt=after)
    if states:
        held = held.filter(number__lte=max(states))
    known = dict(held.values_list("number", "state"))
    gone = sorted(set(known) - set(states))
    changed = [n for n, state in states.items() if bytes(known.get(n, b"")) != state.encoded()]
    before = held_by_number(log, [*gone, *[n for n in changed if n in known]])
    update: dict[int, State | None] = {n: states[n] for n in changed}
    plant(log, {n: roots.leaf(bytes(known[n])) for n in states if n not in update})
    taken = store(log, {**update, **dict.fromkeys(gone)})
    renumbered = [n for n in changed if n in before and before[n].record_id.bytes != states[n].id]
    remove_records(node, log, [before[n] for n in [*gone, *renumbered]])
    write_records(node, taken, before)
