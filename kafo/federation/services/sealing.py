"""Seal: what waits in the outbox becomes frames, when a peer asks or enough has gathered."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, product
from typing import Any

from django.db import transaction
from django.utils import timezone

from kafo.federation.enums import AlarmKind
from kafo.federation.errors import Frozen, Malformed
from kafo.federation.kinds import (
    audience_of,
    defaults_of,
    kinds,
    references_of,
    resolved,
    values_of,
    wire_of,
)
from kafo.federation.models import Alarm, Frame, Held, Log, Outbox
from kafo.federation.node import Node
from kafo.federation.services.erasing import redact_records
from kafo.federation.services.holding import (
    State,
    held_by_id,
    ids_by_number,
    numbers_by_id,
    read_state,
    store,
)
from kafo.federation.wire import cbor, frames, roots, signatures
from kafo.federation.wire.entries import ID, Branch, Entry, Erase, Put, encode_entry
from kafo.records.sharing import told_names

AT_ONCE = 2000
MAX_ENTRIES = 256
MAX_BYTES = 256 * 1024
Change = tuple[Entry, int, State | None]


def may_seal(node: Node, log: Log) -> bool:
    """Say whether this node may speak in `log` now: its key spoke last, or a new epoch begins."""
    key = node.key(log.office)
    if key is None or log.released_to:
        return False
    spoke = not log.key or bytes(log.key) == signatures.public_bytes(key)
    return bool(log.branches_to) or (spoke and not node.is_behind(log))


def seal_waiting(node: Node) -> int:
    """Seal all that waits and may be sealed; give the number of frames.

    Each batch is one transaction; nobody is told of a frame before its mark is on the disk.
    """
    sealed = 0
    passed = 0
    while True:
        with transaction.atomic(using=node.using):
            count, passed, logs = _seal_batch(node, passed)
        for log in logs:
            node.mark(log)
        sealed += count
        if not passed:
            return sealed


def log_of(node: Node, office: uuid.UUID, audience: str) -> Log:
    """Give a log, made when it is not known yet, and held until the transaction ends."""
    rows = Log.objects.using(node.using)
    log, made = rows.get_or_create(office=office, audience=audience)
    return log if made else rows.select_for_update().get(pk=log.pk)


def _seal_batch(node: Node, after: int) -> tuple[int, int, list[Log]]:
    """Give frames sealed, the id of the outbox up to which all is seen (0: at its end), logs."""
    rows = list(Outbox.objects.using(node.using).filter(pk__gt=after).order_by("pk")[:AT_ONCE])
    changes, done = _Changes(node), []
    for kind, record_id in dict.fromkeys((row.kind, row.record_id) for row in rows):
        changes.look_at(kind, record_id)
    changes.load()
    skipped = set()
    for key in changes.keys:
        if not changes.note(*key):
            skipped.add(key)
    changes.name_moved()
    done = [row.pk for row in rows if (row.kind, row.record_id) not in skipped]
    sealed = 0
    logs = []
    for log in changes.logs.values():
        pending = Log.objects.using(node.using).get(pk=log.pk).branches_to
        if changes.of_log[log.pk] or pending:
            sealed += _seal_changes(node, log, changes.of_log[log.pk])
            logs.append(log)
    for at in range(0, len(done), 500):
        Outbox.objects.using(node.using).filter(pk__in=done[at : at + 500]).delete()
    return sealed, rows[-1].pk if len(rows) == AT_ONCE else 0, logs


class _Changes:
    """The differences between rows and what the logs said of them."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.keys: list[tuple[int, uuid.UUID]] = []
        self.records: dict[tuple[int, uuid.UUID], Any] = {}
        self.held: dict[uuid.UUID, list[Held]] = defaultdict(list)
        self.states: dict[int, State] = {}
        self.logs: dict[tuple[uuid.UUID, str], Log] = {}
        self.of_log: dict[int, list[Change]] = defaultdict(list)
        self.numbers: dict[int, dict[uuid.UUID, int]] = defaultdict(dict)
        self.ids: dict[int, dict[int, uuid.UUID]] = defaultdict(dict)
        self.moved: dict[int, dict[int, uuid.UUID]] = defaultdict(dict)

    def look_at(self, kind: int, record_id: uuid.UUID) -> None:
        self.keys.append((kind, record_id))

    def load(self) -> None:
        by_kind: dict[int, list[uuid.UUID]] = defaultdict(list)
        for kind, record_id in self.keys:
            by_kind[kind].append(record_id)
        own = [log for log in Log.objects.using(self.node.using) if self.node.writes(log.office)]
        self.logs = {(log.office, log.audience): log for log in own}
        targets: set[uuid.UUID] = set()
        pks = {log.pk for log in own}
        for kind, ids in by_kind.items():
            model = kinds().get(kind)
            self.held |= held_by_id(self.node.using, pks, ids)
            for at in range(0, len(ids), 500):
                some = ids[at : at + 500]
                if model:
                    found = model._base_manager.using(self.node.using).in_bulk(some)
                    self.records |= {(kind, pk): record for pk, record in found.items()}
                    targets |= _targets(found.values())
        pointed: dict[int, set[int]] = defaultdict(set)
        for each in chain.from_iterable(self.held.values()):
            state = self.states[each.pk] = read_state(bytes(each.state))
            if model := kinds().get(each.kind):
                numbers = (state.fields.get(n) for n in references_of(model))
                pointed[each.log_id] |= {n for n in numbers if isinstance(n, int)}
        for log in own:
            self.numbers[log.pk] = numbers_by_id(log, targets)
            self.ids[log.pk] = ids_by_number(log, pointed[log.pk])

    def note(self, kind: int, record_id: uuid.UUID) -> bool:
        """Note what to say of a record; give whether it may be said now."""
        record = self.records.get((kind, record_id))
        home = record.home_office if record is not None else None
        if home and not self.node.writes(home):
            return True
        audience = audience_of(record) if record is not None else "home"
        target = None
        if home and audience != "home":
            target = self._log(home, audience)
        held = {each.log_id: each for each in self.held[record_id]}
        touched = [self._by_pk(pk) for pk in held] + ([target] if target else [])
        if not all(may_seal(self.node, log) for log in touched):
            return False
        for pk, each in held.items():
            if target is None or pk != target.pk:
                self._erase(pk, each)
        if target:
            self._put(target, kind, record, held.get(target.pk))
        return True

    def _erase(self, pk: int, held: Held) -> None:
        self.of_log[pk].append((Erase(held.number), held.number, None))
        self.moved[pk][held.number] = held.record_id

    def name_moved(self) -> None:
        """Let what points to a number that is erased, as its record moves, name the record."""
        for pk, moved in self.moved.items():
            last = {number: state for _, number, state in self.of_log[pk] if number >= 0}
            pointing = held_by_id(self.node.using, {pk}, _pointing(self.node, moved.values()))
            for held in chain.from_iterable(pointing.values()):
                last.setdefault(held.number, read_state(bytes(held.state)))
            for number, state in last.items():
                model = kinds().get(state.kind) if state else None
                if state is None or model is None:
                    continue
                said = {n: state.fields.get(n) for n in references_of(model)}
                named = {n: moved[v].bytes for n, v in said.items() if v in moved}
                if named:
                    entry = Put(state.kind, state.schema, state.min_reader, number, named)
                    now = state._replace(fields={**state.fields, **named})
                    self.of_log[pk].append((entry, number, now))

    def _put(self, log: Log, kind: int, record: Any, held: Held | None) -> None:
        wire = record.wire
        now, unsaid = values_of(record, log.audience), defaults_of(type(record))
        before = self.states[held.pk] if held else None
        if before:
            said = resolved(type(record), before.fields, self.ids[log.pk].get)
            was = {**unsaid, **said}
            changed = {n: v for n, v in now.items() if was[n] != v}
            if held and _takes_back(record, log.audience, changed, was, unsaid):
                self._erase(log.pk, held)
                self._put(log, kind, record, None)
                return
            if not changed and (before.schema, before.min_reader) == (wire.schema, wire.min_reader):
                return
        else:
            changed = {n: v for n, v in now.items() if v is not None or unsaid[n] is not None}
        for number in references_of(record.__class__) & set(changed):
            if changed[number] is not None:
                known = self.numbers[log.pk].get(uuid.UUID(bytes=changed[number]))
                changed[number] = changed[number] if known is None else known
        number = held.number if held else log.next_number
        fields = {**(before.fields if before else {}), **changed}
        state = State(record.pk.bytes, kind, wire.schema, wire.min_reader, fields)
        first = {} if held else {ID: record.pk.bytes}
        entry = Put(kind, wire.schema, wire.min_reader, number, {**first, **changed})
        if not self._travels(log, entry, state, record):
            return
        if not held:
            log.next_number += 1
            self.numbers[log.pk][record.pk] = number
        self.of_log[log.pk].append((entry, number, state))

    def _travels(self, log: Log, entry: Entry, state: State, record: Any) -> bool:
        try:
            size = len(encode_entry(entry))
            cbor.decode(state.encoded())
        except (Malformed, ValueError, TypeError, OverflowError):
            size = frames.MAX_UNPACKED
        if size < frames.MAX_UNPACKED // 2:
            return True
        raise_alarm(self.node, AlarmKind.CANNOT_TRAVEL, f"{record._meta.label} {record.pk}", log)
        return False

    def _log(self, office: uuid.UUID, audience: str) -> Log:
        if (office, audience) not in self.logs:
            self.logs[office, audience] = log_of(self.node, office, audience)
        return self.logs[office, audience]

    def _by_pk(self, pk: int) -> Log:
        return next(log for log in self.logs.values() if log.pk == pk)


def _takes_back(
    record: Any, audience: str, changed: dict[int, Any], was: dict[int, Any], unsaid: dict[int, Any]
) -> bool:
    """Say whether something that was told may not be told any more: its old bytes must go too."""
    told = told_names(record, audience)
    return told is not None and any(
        record.wire.fields[n] not in told and was[n] != unsaid[n] for n in changed
    )


def _targets(records: Any) -> set[uuid.UUID]:
    found = set()
    for record in records:
        values = values_of(record)
        found |= {
            uuid.UUID(bytes=values[n])
            for n in references_of(record.__class__)
            if values[n] is not None
        }
    return found


def _pointing(node: Node, targets: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Give the records that point to one of these."""
    ids = list(targets)
    found: set[uuid.UUID] = set()
    for model in kinds().values():
        rows = model._base_manager.using(node.using)
        for number, at in product(references_of(model), range(0, len(ids), 500)):
            name = wire_of(model).fields[number]
            some = rows.filter(**{f"{name}__in": ids[at : at + 500]})
            found |= set(some.values_list("pk", flat=True))
    return found


def _seal_changes(node: Node, log: Log, changes: list[Change]) -> int:
    count, at = 0, 0
    if log.branches_to:
        changes = [(Branch(log.branches_to), -1, None), *changes]
    while at < len(changes):
        size, end = 0, at
        while end < len(changes) and end - at < MAX_ENTRIES and size < MAX_BYTES:
            size += len(encode_entry(changes[end][0]))
            end += 1
        seal_frame(node, log, changes[at:end])
        count, at = count + 1, end
    gone = {number for entry, number, _ in changes if isinstance(entry, Erase)}
    if gone:
        redact_records(node, log, gone)
    return count


def seal_frame(node: Node, log: Log, changes: list[Change]) -> Frame:
    """Seal one frame at the end of `log`, inside the caller's transaction."""
    key = node.key(log.office)
    if key is None:
        raise Frozen("The pen of this office is not held here.")
    store(log, {number: state for _, number, state in changes if number >= 0})
    if log.branches_to:
        log.epoch, log.branches_to = log.branches_to, 0
    data, frame = frames.seal(
        key=key,
        place=log.place,
        sequence=log.sequence + 1,
        entries=[encode_entry(entry) for entry, _, _ in changes],
        root=bytes(log.root) or roots.EMPTY,
        sealed_at=max(0, int(node.now())),
    )
    erasures = sum(isinstance(entry, Erase) for entry, _, _ in changes)
    return advance(log, frame, data, erasures)


def advance(log: Log, frame: frames.Frame, data: bytes, erasures: int) -> Frame:
    """Put a checked frame at the end of `log`; note how many records it erases."""
    log.before, log.head_hash = log.head_hash, frame.hash
    log.sequence, log.statement, log.key = frame.sequence, frame.statement, frame.key
    log.save()
    return Frame.objects.using(log._state.db).create(
        log=log,
        epoch=log.epoch,
        sequence=frame.sequence,
        hash=frame.hash,
        data=data,
        size=len(data),
        entries=len(frame.entries),
        erasures=erasures,
        sealed_at=frame.sealed_at,
    )


def raise_alarm(node: Node, kind: AlarmKind, text: str, log: Log | None = None) -> None:
    """Tell the operator, once for each open matter."""
    rows = Alarm.objects.using(node.using)
    if not rows.filter(kind=kind, log=log, text=text, settled_at=None).exists():
        rows.create(kind=kind, log=log, text=text)


def settle_forks(node: Node, log: Log) -> None:
    """Put the alarms of two histories away: a new epoch of the log says which one holds."""
    rows = Alarm.objects.using(node.using).filter(kind=AlarmKind.FORK, log=log, settled_at=None)
    rows.update(settled_at=timezone.now())


def compare_tables(node: Node) -> int:
    """Find changes that were written past the outbox, put them in it; give how many."""
    found = []
    waiting = set(Outbox.objects.using(node.using).values_list("kind", "record_id"))
    own = [log for log in Log.objects.using(node.using) if node.writes(log.office)]
    for kind, model in kinds().items():
        rows = set(model._base_manager.using(node.using).values_list("pk", flat=True))
        held = Held.objects.using(node.using).filter(kind=kind, log__in=own)
        ids = list(rows | set(held.values_list("record_id", flat=True)))
        for at in range(0, len(ids), AT_ONCE):
            differing = _differing(node, kind, ids[at : at + AT_ONCE])
            found += [(kind, each) for each in differing if (kind, each) not in waiting]
    for kind, record_id in found:
        raise_alarm(node, AlarmKind.UNTOLD, f"{kind} {record_id}")
    Outbox.objects.using(node.using).bulk_create(
        [Outbox(kind=kind, record_id=record_id) for kind, record_id in found]
    )
    return len(found)


def _differing(node: Node, kind: int, ids: list[uuid.UUID]) -> list[uuid.UUID]:
    """Give those records of which the logs would have to say something."""
    changes = _Changes(node)
    for record_id in ids:
        changes.look_at(kind, record_id)
    changes.load()
    found = []
    for record_id in ids:
        before = sum(map(len, changes.of_log.values()))
        changes.note(kind, record_id)
        if sum(map(len, changes.of_log.values())) > before:
            found.append(record_id)
    return found
