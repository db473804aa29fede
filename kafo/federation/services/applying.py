"""Apply: a frame that was received is checked, held, and written into the tables it is about."""

import time
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models.fields.related import ForeignObjectRel

from kafo.federation.enums import Parked
from kafo.federation.errors import Diverged, Malformed, Untrusted
from kafo.federation.kinds import (
    attributes,
    defaults_of,
    kinds,
    references_of,
    resolved,
    values_of,
    wire_of,
)
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
from kafo.federation.services.sealing import advance, log_of, settle_forks
from kafo.federation.wire import cbor, frames, roots
from kafo.federation.wire.entries import (
    ID,
    Accept,
    Branch,
    Entry,
    Erase,
    Put,
    Release,
    read_entry,
)
from kafo.records.durable import write_whole
from kafo.records.enums import Visibility
from kafo.records.models import SharedRecord
from kafo.records.signals import home_heard, records_received


def apply_frame(node: Node, office: uuid.UUID, audience: str, data: bytes) -> Log:
    """Check the next frame of a log and do what it says, all in one transaction; give the log.

    Raises Malformed, Untrusted, or Diverged when the state it leads to is not the one it states.
    """
    with transaction.atomic(using=node.using), receiving():
        log = log_of(node, office, audience)
        epoch = log.epoch
        frame, entries = _checked(node, log, data)
        has_holes = log.has_holes or None in frame.entries or None in entries
        before, states = _states(log, [entry for entry in entries if entry is not None])
        held = store(log, states)
        log.has_holes = frame.root != bytes(log.root)
        if log.has_holes and not has_holes:
            raise Diverged("The state here is not the one that the office states.")
        erased = {number for number, state in states.items() if state is None}
        advance(log, frame, data, len(erased))
        if log.epoch != epoch:
            settle_forks(node, log)
        if erased:
            redact_records(node, log, erased)
            remove_records(node, log, [before[n] for n in erased if n in before])
        write_records(node, held, before)
        _tell_of_home(node, office, frame)
    if node.writes(office) and not node.is_behind(log):
        node.mark(log)
    return log


def _tell_of_home(node: Node, office: uuid.UUID, frame: frames.Frame) -> None:
    """Say when the office stood by what is here now: by its own clock, if it is not ahead."""
    said = datetime.fromtimestamp(min(frame.sealed_at, int(time.time())), UTC)
    home_heard.send(None, office=office, at=said, using=node.using)


def _checked(node: Node, log: Log, data: bytes) -> tuple[frames.Frame, list[Entry | None]]:
    roster = node.roster
    if roster is None:
        raise Untrusted("There is no roster yet.")
    opened = frames.open_frame(data)
    entries = [None if e is None else read_entry(e) for e in opened.entries]
    opening = entries[0] if entries else None
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
    frame = frames.check(opened, place=place, keys=keys)
    if frame.sequence != log.sequence + 1:
        raise Untrusted("This frame has another number than its place.")
    if not roster.believes(log.office.bytes, frame.key, log.audience, place.epoch, frame.sequence):
        raise Untrusted("The key of this frame was revoked before it.")
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


def write_records(node: Node, held: list[Held], before: Mapping[int, Held] | None = None) -> None:
    """Write held records into their tables, or park them; then those that waited for them."""
    pending = held
    was = {each.record_id: each for each in (before or {}).values()}
    seen: set[int] = set()
    while pending:
        seen |= {each.pk for each in pending}
        written = _write_all(node, pending, was)
        ids = [each.record_id for each in written]
        by_model: dict[type[SharedRecord], list[uuid.UUID]] = {}
        for each in written:
            by_model.setdefault(kinds()[each.kind], []).append(each.record_id)
        for model, some in by_model.items():
            records_received.send(model, rows=some, using=node.using)
        waiting = Held.objects.using(node.using).filter(waits__target_id__in=ids)
        pending = [each for each in waiting.select_related("log").distinct() if each.pk not in seen]


@dataclass
class _Plan:
    """What is to be done with one held record."""

    held: Held
    parked: Parked = Parked.NO
    row: Any = None
    missing: list[uuid.UUID] = field(default_factory=list)


def _write_all(node: Node, pending: list[Held], was: dict[uuid.UUID, Held]) -> list[Held]:
    """Write what can be written; give it."""
    plans = _plans(node, pending, was)
    by_model: dict[type[SharedRecord], list[_Plan]] = defaultdict(list)
    for plan in plans:
        if plan.parked == Parked.NO:
            by_model[type(plan.row)].append(plan)
    for model, ready in by_model.items():
        try:
            with transaction.atomic(using=node.using):
                _write_rows(node, model, [plan.row for plan in ready])
        except (DatabaseError, ValueError, TypeError):
            for plan in ready:
                _write_one(node, model, plan)
    Waiting.objects.using(node.using).filter(held__in=pending).delete()
    Waiting.objects.using(node.using).bulk_create(
        Waiting(held=plan.held, target_id=target) for plan in plans for target in plan.missing
    )
    for parked in Parked:
        changed = [p.held.pk for p in plans if p.parked == parked != p.held.parked]
        if changed:
            Held.objects.using(node.using).filter(pk__in=changed).update(parked=parked)
    for plan in plans:
        plan.held.parked = plan.parked
    return [plan.held for plan in plans if plan.parked == Parked.NO]


def _write_rows(node: Node, model: type[SharedRecord], rows: list[Any]) -> None:
    """Insert or update rows of one model, with what follows from their fields."""
    for row in rows:
        row.derive()
    model._base_manager.using(node.using).bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=_written(model)
    )


@cache
def _written(model: type[SharedRecord]) -> list[str]:
    """Give the fields that an update sets: all but the id and what is noted once."""
    return [
        one.name
        for one in model._meta.concrete_fields
        if not one.primary_key and not getattr(one, "auto_now_add", False)
    ]


def _write_one(node: Node, model: type[SharedRecord], plan: _Plan) -> None:
    try:
        with transaction.atomic(using=node.using):
            _write_rows(node, model, [plan.row])
    except (DatabaseError, ValueError, TypeError):
        plan.parked = Parked.CONFLICT


def _plans(node: Node, pending: list[Held], was: dict[uuid.UUID, Held]) -> list[_Plan]:
    plans = [_Plan(held) for held in pending]
    states = {plan.held.pk: read_state(bytes(plan.held.state)) for plan in plans}
    wanted: dict[int, set[int]] = defaultdict(set)
    for plan in plans:
        state, model = states[plan.held.pk], kinds().get(plan.held.kind)
        if model is None or model.wire is None:
            plan.parked = Parked.KIND
        elif state.min_reader > model.wire.schema:
            plan.parked = Parked.SCHEMA
        else:
            numbers = (state.fields.get(n) for n in references_of(model))
            wanted[plan.held.log_id] |= {n for n in numbers if isinstance(n, int)}
    logs = {plan.held.log_id: plan.held.log for plan in plans}
    ids = {pk: ids_by_number(logs[pk], numbers) for pk, numbers in wanted.items()}
    rows = _rows(node, plans)
    present: dict[Any, set[uuid.UUID]] = defaultdict(set)
    values: dict[int, dict[str, Any]] = {}
    for plan in plans:
        if plan.parked == Parked.NO:
            _read_values(node, plan, states[plan.held.pk], ids, rows, was, values)
    _find_present(node, plans, values, present)
    for plan in plans:
        if plan.parked == Parked.NO:
            _settle(plan, values[plan.held.pk], present)
    return plans


def _rows(node: Node, plans: list[_Plan]) -> dict[uuid.UUID, Any]:
    by_model: dict[type[SharedRecord], list[uuid.UUID]] = defaultdict(list)
    for plan in plans:
        if plan.parked == Parked.NO:
            by_model[kinds()[plan.held.kind]].append(plan.held.record_id)
    found: dict[uuid.UUID, Any] = {}
    for model, ids in by_model.items():
        for at in range(0, len(ids), 500):
            found |= model._base_manager.using(node.using).in_bulk(ids[at : at + 500])
    return found


def _read_values(
    node: Node,
    plan: _Plan,
    state: State,
    ids: dict[int, dict[int, uuid.UUID]],
    rows: dict[uuid.UUID, Any],
    was: dict[uuid.UUID, Held],
    values: dict[int, dict[str, Any]],
) -> None:
    held, model = plan.held, kinds()[plan.held.kind]
    try:
        fields = resolved(model, state.fields, ids.get(held.log_id, {}).get)
        given = attributes(model, fields)
    except (ValueError, TypeError, OverflowError):
        plan.parked = Parked.CONFLICT
        return
    row = rows.get(held.record_id)
    if row is not None and row.home_office != held.log.office:
        plan.parked = Parked.CONFLICT  # an office speaks for its own records only
        return
    if row is not None and node.writes(held.log.office):
        given = _merged(node, held.log, row, was.get(held.record_id), given)
    elif row is not None and len(fields) < len(wire_of(model).fields):
        # What was told before, and is not any more, is not known here either.
        given = {**attributes(model, defaults_of(model)), **given}
    plan.row = row if row is not None else model(id=held.record_id)
    plan.row.home_office = held.log.office
    if held.log.audience in Visibility.values:
        plan.row.visibility = held.log.audience
    values[held.pk] = given


def _find_present(
    node: Node,
    plans: list[_Plan],
    values: dict[int, dict[str, Any]],
    present: dict[Any, set[uuid.UUID]],
) -> None:
    targets: dict[Any, set[uuid.UUID]] = defaultdict(set)
    for plan in plans:
        if plan.parked == Parked.NO:
            for one in _reference_fields(kinds()[plan.held.kind]):
                if target := values[plan.held.pk].get(one.attname):
                    targets[one.related_model].add(target)
    for model, ids in targets.items():
        some = list(ids)
        for at in range(0, len(some), 500):
            rows = model._base_manager.using(node.using).filter(pk__in=some[at : at + 500])
            present[model] |= set(rows.values_list("pk", flat=True))


def _settle(plan: _Plan, values: dict[str, Any], present: dict[Any, set[uuid.UUID]]) -> None:
    model = kinds()[plan.held.kind]
    for one in _reference_fields(model):
        target = values.get(one.attname)
        is_here = target in present[one.related_model] or target == plan.held.record_id
        if target and not is_here:
            plan.missing.append(target)
            values[one.attname] = None
            if not one.null:
                plan.parked = Parked.REFERENCE
    for name, value in values.items():
        setattr(plan.row, name, value)
    if plan.parked == Parked.NO:
        present[model].add(plan.held.record_id)


def _reference_fields(model: type[SharedRecord]) -> list[Any]:
    names = wire_of(model).fields
    return [model._meta.get_field(names[number]) for number in references_of(model)]


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


def remove_records(node: Node, log: Log, gone: list[Held]) -> None:
    """Delete the rows of erased records; rows that point to them lose the reference or wait."""
    for held in gone:
        model = kinds().get(held.kind)
        elsewhere = Held.objects.using(node.using).filter(record_id=held.record_id)
        if model is None or elsewhere.filter(log__office=log.office).exclude(pk=held.pk).exists():
            continue
        rows = model._base_manager.using(node.using)
        if not rows.filter(pk=held.record_id, home_office=log.office).exists():
            continue
        if node.writes(log.office) and Outbox.objects.using(node.using).filter(
            record_id=held.record_id
        ):
            continue
        delete_record(node, model, held.record_id)
        Waiting.objects.using(node.using).filter(held__record_id=held.record_id).delete()


def delete_record(node: Node, model: type[SharedRecord], record_id: uuid.UUID) -> None:
    """Delete a row; shared records that point to it lose the reference, or go and wait."""
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
        delete_record(node, model, pk)
    if held:
        if not field.null:
            held.parked = Parked.REFERENCE
            held.save(update_fields=["parked"])
        Waiting.objects.using(node.using).get_or_create(held=held, target_id=target)


def replay_parked(node: Node) -> int:
    """Try again what is parked, as after an upgrade; give how many records came to rest."""
    _read_again(node)
    rested = 0
    parked = Held.objects.using(node.using).exclude(parked=Parked.NO).select_related("log")
    for held in list(parked):
        with transaction.atomic(using=node.using), receiving():
            write_records(node, [held])
        held.refresh_from_db()
        rested += held.parked == Parked.NO
    return rested


def _read_again(node: Node) -> None:
    """Write again the copies of kinds of which this version knows more than the last one did.

    What the last one could not read of them was held all the same.
    """
    path = node.home / "schemas.cbor"
    now = {kind: wire_of(model).schema for kind, model in kinds().items()}
    known = cbor.load(path.read_bytes()) if path.is_file() else now
    grown = [kind for kind, schema in now.items() if known.get(kind, schema) < schema]
    rows = Held.objects.using(node.using).filter(kind__in=grown).order_by("pk")
    after = 0
    while some := list(rows.filter(pk__gt=after).select_related("log")[:500]):
        with transaction.atomic(using=node.using), receiving():
            write_records(node, [held for held in some if not node.writes(held.log.office)])
        after = some[-1].pk
    if now != known or not path.is_file():
        write_whole(path, cbor.encode(now))


def frame_hash(log: Log, sequence: int) -> bytes | None:
    """Give the hash of the frame at a sequence, if it is still known."""
    if sequence == log.sequence:
        return bytes(log.head_hash)
    row = Frame.objects.using(log._state.db).filter(log=log, sequence=sequence, is_void=False)
    found = row.values_list("hash", flat=True).first()
    return bytes(found) if found is not None else None
