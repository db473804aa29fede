"""Apply: a frame that was received is checked, held, and written into the tables it is about."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models.fields.related import ForeignObjectRel

from kafo.federation.enums import Parked
from kafo.federation.errors import Diverged, Malformed, Untrusted
from kafo.federation.kinds import attributes, kinds, references_of, resolved, values_of
from kafo.federation.models import Frame, Held, Log, Outbox, Waiting
from kafo.federation.node import Node, receiving
from kafo.federation.services.erasing import redact_records
from kafo.federation.services.holding import (
    State,
    held_by_number,
    ids_by_number,
    read_state,
    store,
)
from kafo.federation.services.sealing import advance, log_of
from kafo.federation.wire import frames, roots
from kafo.federation.wire.entries import (
    ID,
    Accept,
    Branch,
    Entry,
    Erase,
    Put,
    Release,
    decode_entry,
)
from kafo.records.enums import Visibility
from kafo.records.models import SharedRecord
from kafo.records.signals import records_received


def apply_frame(node: Node, office: uuid.UUID, audience: str, data: bytes) -> Log:
    """Check the next frame of a log and do what it says, all in one transaction; give the log.

    Raises Malformed, Untrusted, or Diverged when the state it leads to is not the one it states.
    """
    with transaction.atomic(using=node.using), receiving():
        log = log_of(node, office, audience)
        frame, entries = _checked(node, log, data)
        has_holes = log.has_holes or None in frame.entries or None in entries
        before, states = _states(log, [entry for entry in entries if entry is not None])
        store(log, states)
        log.has_holes = frame.root != bytes(log.root)
        if log.has_holes and not has_holes:
            raise Diverged("The state here is not the one that the office states.")
        advance(log, frame, data)
        erased = {number for number, state in states.items() if state is None}
        if erased:
            redact_records(log, erased)
            remove_records(node, log, [before[n] for n in erased if n in before])
        write_records(node, log, [n for n, state in states.items() if state], before)
    if node.writes(office) and not node.is_behind(log):
        node.mark(log)
    return log


def _checked(node: Node, log: Log, data: bytes) -> tuple[frames.Frame, list[Entry | None]]:
    roster = node.roster
    if roster is None:
        raise Untrusted("There is no roster yet.")
    first = next(iter(frames.entries_of(data)), None)
    opening = decode_entry(first) if first else None
    place = log.place
    if isinstance(opening, Branch):
        if opening.epoch <= log.epoch:
            raise Untrusted("This epoch is over.")
        place = frames.Place(place.office, place.audience, opening.epoch, place.before)
    entry = roster.office(log.office.bytes)
    keys = [key for key, _ in entry.keys] if entry else []
    if log.released_to:
        keys = [key for key in keys if key == bytes(log.released_to)]
        if not isinstance(opening, Accept | Branch):
            raise Untrusted("The pen was laid down, and not taken up again.")
    elif log.key and not isinstance(opening, Branch):
        keys = [key for key in keys if key == bytes(log.key)]
    frame = frames.read(data, place=place, keys=keys)
    if frame.sequence != log.sequence + 1:
        raise Untrusted("This frame has another number than its place.")
    if not roster.believes(log.office.bytes, frame.key, log.audience, place.epoch, frame.sequence):
        raise Untrusted("The key of this frame was revoked before it.")
    entries = [None if e is None else decode_entry(e) for e in frame.entries]
    log.epoch = place.epoch
    log.released_to = b""
    for said in entries:
        if isinstance(said, Release):
            log.released_to = said.key
    return frame, entries


def _states(log: Log, entries: list[Entry]) -> tuple[dict[int, Held], dict[int, State | None]]:
    """Give what is held before, and the states after the entries."""
    numbers = {entry.number for entry in entries if isinstance(entry, Put | Erase)}
    if any(number >= roots.MOST_RECORDS for number in numbers):
        raise Malformed("A record number out of range.")
    before = held_by_number(log, numbers)
    states: dict[int, State | None] = {}
    for entry in entries:
        if isinstance(entry, Erase):
            states[entry.number] = None
        elif isinstance(entry, Put):
            fields = dict(entry.fields)
            id_ = fields.pop(ID, None)
            state = states.get(entry.number)
            if state is None and entry.number in before and entry.number not in states:
                state = read_state(bytes(before[entry.number].state))
            if id_ is None:
                if state is None:
                    continue  # its beginning was erased, its end will follow
                id_, fields = state.id, {**state.fields, **fields}
            if not isinstance(id_, bytes) or len(id_) != 16 or (state and state.id != id_):
                raise Malformed("A record changes its id.")
            states[entry.number] = State(id_, entry.kind, entry.schema, entry.min_reader, fields)
    return before, states


def write_records(
    node: Node, log: Log, numbers: Iterable[int], before: dict[int, Held] | None = None
) -> None:
    """Write held records into their tables, or park them; then those that waited for them."""
    held = held_by_number(log, numbers)
    queue = [(each, (before or {}).get(number)) for number, each in held.items()]
    written: dict[type[SharedRecord], list[uuid.UUID]] = {}
    seen = set()
    while queue:
        each, was = queue.pop(0)
        parked, missing = _write(node, each.log if each.log_id != log.pk else log, each, was)
        if parked != each.parked:
            Held.objects.using(node.using).filter(pk=each.pk).update(parked=parked)
        Waiting.objects.using(node.using).filter(held=each).delete()
        Waiting.objects.using(node.using).bulk_create(
            [Waiting(held=each, target_id=target) for target in missing]
        )
        if parked == Parked.NO:
            written.setdefault(kinds()[each.kind], []).append(each.record_id)
            waiting = Held.objects.using(node.using).filter(waits__target_id=each.record_id)
            for other in waiting.select_related("log").distinct():
                if other.pk not in seen:
                    queue.append((other, None))
        seen.add(each.pk)
    for model, ids in written.items():
        records_received.send(model, rows=ids, using=node.using)


def _write(node: Node, log: Log, held: Held, was: Held | None) -> tuple[Parked, list[uuid.UUID]]:
    state = read_state(bytes(held.state))
    model = kinds().get(state.kind)
    if model is None or model.wire is None:
        return Parked.KIND, []
    if state.min_reader > model.wire.schema:
        return Parked.SCHEMA, []
    try:
        fields = _resolved(log, model, state.fields)
        values = attributes(model, fields)
    except (ValueError, TypeError, OverflowError, DatabaseError):
        return Parked.CONFLICT, []
    row = model._base_manager.using(node.using).filter(pk=held.record_id).first()
    if row is not None and node.writes(log.office):
        values = _merged(node, log, row, was, values)
    missing = []
    for number in references_of(model):
        field: Any = model._meta.get_field(model.wire.fields[number])
        target = values.get(field.attname)
        if target and not _exists(node, field.related_model, target, held.record_id):
            missing.append(target)
            if not field.null:
                return Parked.REFERENCE, missing
            values[field.attname] = None
    is_new = row is None
    row = row if row is not None else model(pk=held.record_id)
    row.home_office = log.office
    if log.audience in Visibility.values:
        row.visibility = log.audience
    for name, value in values.items():
        setattr(row, name, value)
    try:
        with transaction.atomic(using=node.using):
            row.save(using=node.using, force_insert=is_new)
    except (DatabaseError, ValueError, TypeError):
        return Parked.CONFLICT, missing
    return Parked.NO, missing


def _resolved(log: Log, model: type[SharedRecord], fields: dict[int, Any]) -> dict[int, Any]:
    wanted = {fields[n] for n in references_of(model) if isinstance(fields.get(n), int)}
    ids = ids_by_number(log, wanted) if wanted else {}
    return resolved(model, fields, ids.get)


def _merged(
    node: Node, log: Log, row: SharedRecord, was: Held | None, values: dict[str, Any]
) -> dict[str, Any]:
    """Keep what was changed here since: the log that comes back is older than the row."""
    model = type(row)
    is_waiting = Outbox.objects.using(node.using).filter(record_id=row.pk).exists()
    if not is_waiting or model.wire is None:
        return values
    said = _resolved(log, model, read_state(bytes(was.state)).fields) if was else {}
    now = values_of(row)
    changed = {n for n in now if now[n] != said.get(n)}
    kept = {model._meta.get_field(model.wire.fields[n]).attname for n in changed}  # type: ignore[union-attr]
    return {name: value for name, value in values.items() if name not in kept}


def _exists(node: Node, model: Any, target: uuid.UUID, itself: uuid.UUID) -> bool:
    if target == itself:
        return True
    return bool(model._base_manager.using(node.using).filter(pk=target).exists())


def remove_records(node: Node, log: Log, gone: list[Held]) -> None:
    """Delete the rows of erased records; rows that point to them lose the reference or wait."""
    for held in gone:
        model = kinds().get(held.kind)
        elsewhere = Held.objects.using(node.using).filter(record_id=held.record_id)
        if model is None or elsewhere.exclude(pk=held.pk).exists():
            continue
        if node.writes(log.office) and Outbox.objects.using(node.using).filter(
            record_id=held.record_id
        ):
            continue
        _delete(node, model, held.record_id)
        Waiting.objects.using(node.using).filter(held__record_id=held.record_id).delete()


def _delete(node: Node, model: type[SharedRecord], record_id: uuid.UUID) -> None:
    row = model._base_manager.using(node.using).filter(pk=record_id).first()
    if row is None:
        return
    relation: Any
    for relation in model._meta.get_fields(include_hidden=True):
        other = relation.related_model if isinstance(relation, ForeignObjectRel) else None
        if not isinstance(other, type) or not issubclass(other, SharedRecord):
            continue
        field = relation.field
        pointing = other._base_manager.using(node.using).filter(**{field.attname: record_id})
        for pk in list(pointing.values_list("pk", flat=True)):
            _loosen(node, other, field, pk, record_id)
    row.delete(using=node.using)


def _loosen(
    node: Node, model: type[SharedRecord], field: Any, pk: uuid.UUID, target: uuid.UUID
) -> None:
    held = Held.objects.using(node.using).filter(record_id=pk).first()
    if field.null:
        model._base_manager.using(node.using).filter(pk=pk).update(**{field.attname: None})
    else:
        _delete(node, model, pk)
    if held:
        if not field.null:
            held.parked = Parked.REFERENCE
            held.save(update_fields=["parked"])
        Waiting.objects.using(node.using).get_or_create(held=held, target_id=target)


def replay_parked(node: Node) -> int:
    """Try again what is parked, as after an upgrade; give how many records came to rest."""
    rested = 0
    parked = Held.objects.using(node.using).exclude(parked=Parked.NO).select_related("log")
    for held in list(parked):
        with transaction.atomic(using=node.using), receiving():
            write_records(node, held.log, [held.number])
        held.refresh_from_db()
        rested += held.parked == Parked.NO
    return rested


def frame_hash(log: Log, sequence: int) -> bytes | None:
    """Give the hash of the frame at a sequence, if it is still known."""
    if sequence == log.sequence:
        return bytes(log.head_hash)
    row = Frame.objects.using(log._state.db).filter(log=log, sequence=sequence, is_void=False)
    found = row.values_list("hash", flat=True).first()
    return bytes(found) if found is not None else None
