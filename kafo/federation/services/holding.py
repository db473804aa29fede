"""What is held of a log: the state of each record, and the tree over all of them."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kafo.federation.models import Held, Log, TreeNode
from kafo.federation.wire import cbor, roots


class State(NamedTuple):
    """A record as its office stated it."""

    id: bytes
    kind: int
    schema: int
    min_reader: int
    fields: dict[int, Any]

    def encoded(self) -> bytes:
        """Give the bytes that count for the state root."""
        return cbor.encode(list(self))


def read_state(data: bytes) -> State:
    """Read what `State.encoded` gave."""
    return State(*cbor.load(data))


def held_by_number(log: Log, numbers: Iterable[int]) -> dict[int, Held]:
    """Give the held records of these numbers."""
    wanted = list(numbers)
    found: dict[int, Held] = {}
    for at in range(0, len(wanted), 500):
        rows = Held.objects.using(log._state.db).filter(log=log, number__in=wanted[at : at + 500])
        found |= {row.number: row for row in rows}
    return found


def ids_by_number(log: Log, numbers: Iterable[int]) -> dict[int, uuid.UUID]:
    """Give the ids behind record numbers."""
    wanted = list(numbers)
    found: dict[int, uuid.UUID] = {}
    for at in range(0, len(wanted), 500):
        rows = Held.objects.using(log._state.db).filter(log=log, number__in=wanted[at : at + 500])
        found |= dict(rows.values_list("number", "record_id"))
    return found


def numbers_by_id(log: Log, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Give the record numbers of ids in this log."""
    wanted = list(ids)
    found: dict[uuid.UUID, int] = {}
    for at in range(0, len(wanted), 500):
        rows = Held.objects.using(log._state.db).filter(record_id__in=wanted[at : at + 500])
        told = rows.values_list("log_id", "record_id", "number")
        # Asked for the log as well, SQLite would go through all that is held of it.
        found |= {record_id: number for pk, record_id, number in told if pk == log.pk}
    return found


def held_by_id(using: str, logs: set[int], ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Held]]:
    """Give what is held of these records in these logs."""
    wanted = list(ids)
    found: dict[uuid.UUID, list[Held]] = defaultdict(list)
    for at in range(0, len(wanted), 500):
        for held in Held.objects.using(using).filter(record_id__in=wanted[at : at + 500]):
            if held.log_id in logs:
                found[held.record_id].append(held)
    return found


def store(log: Log, states: Mapping[int, State | None]) -> list[Held]:
    """Hold these states (None: erased) and bring the log's root up to date; give what is held."""
    using = log._state.db
    encoded = {n: state.encoded() for n, state in states.items() if state}
    rows = [
        Held(log=log, number=n, record_id=uuid.UUID(bytes=s.id), kind=s.kind, state=encoded[n])
        for n, s in states.items()
        if s
    ]
    gone = [number for number, state in states.items() if state is None]
    log.records += len(rows) - _count(log, states)
    for at in range(0, len(gone), 500):
        Held.objects.using(using).filter(log=log, number__in=gone[at : at + 500]).delete()
    Held.objects.using(using).bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["log", "number"],
        update_fields=["record_id", "kind", "state", "parked"],
    )
    plant(log, {n: roots.leaf(encoded[n]) if n in encoded else roots.EMPTY for n in states})
    return rows


def _count(log: Log, numbers: Iterable[int]) -> int:
    """Give how many records of these numbers are held."""
    wanted = list(numbers)
    rows = Held.objects.using(log._state.db).filter(log=log)
    return sum(
        rows.filter(number__in=wanted[at : at + 500]).count() for at in range(0, len(wanted), 500)
    )


def plant(log: Log, leaves: Mapping[int, bytes]) -> None:
    """Put leaves into the tree of the log, and bring its root up to date."""
    if not leaves:
        return
    log.root, changed = roots.update(leaves, lambda keys: _nodes(log, keys))
    TreeNode.objects.using(log._state.db).bulk_create(
        [
            TreeNode(log=log, level=level, index=index, children=children)
            for (level, index), children in changed.items()
        ],
        update_conflicts=True,
        unique_fields=["log", "level", "index"],
        update_fields=["children"],
    )
    log.next_number = max(log.next_number, max(leaves) + 1)


def _nodes(log: Log, keys: set[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    found: dict[tuple[int, int], bytes] = {}
    for level in {level for level, _ in keys}:
        indexes = [index for each, index in keys if each == level]
        for at in range(0, len(indexes), 500):
            rows = TreeNode.objects.using(log._state.db).filter(
                log=log, level=level, index__in=indexes[at : at + 500]
            )
            found |= {(level, row.index): bytes(row.children) for row in rows}
    return found
