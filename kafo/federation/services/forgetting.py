"""Forget: what only a handed over office may read goes from the server that kept it, at last.

The new server confirms that it holds all of it, and somebody decides. Until then the frozen copies
stay: they are the only other ones. What was given, and the confirmation, lie beside the keys.
"""

import hashlib
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core import serializers
from django.db import models, transaction
from django.utils.translation import gettext as _

from kafo.federation.enums import Side, Stage
from kafo.federation.kinds import wire_of
from kafo.federation.models import Handover, Held
from kafo.federation.node import Node, receiving
from kafo.federation.services.applying import delete_record, write_records
from kafo.federation.services.rostering import require_signer
from kafo.federation.wire import cbor
from kafo.records.acts import record_act
from kafo.records.durable import write_whole
from kafo.records.errors import Refused
from kafo.records.models import SharedRecord, shared_models

Ids = dict[type[SharedRecord], set[uuid.UUID]]
_OF_EACH = {field.name for field in SharedRecord._meta.local_fields}


@dataclass(frozen=True)
class Forgotten:
    """What came of it: records that were deleted, and those that records of others point to."""

    deleted: int
    kept: int


# On the side that kept the office.


def note_given(node: Node, office: uuid.UUID, data: bytes) -> None:
    """Note what was given to the new server."""
    _note(_given(node, office), [hashlib.sha256(data).digest(), 0])


def note_confirmed(node: Node, office: uuid.UUID, digest: bytes) -> bool:
    """Note that the new server holds what was given; give whether it is the same."""
    found = _noted(_given(node, office))
    if found is None or found[0] != digest:
        return False
    _note(_given(node, office), [digest, found[1] or int(node.now())])
    return True


def confirmed_at(node: Node, office: uuid.UUID) -> datetime | None:
    """Give when the new server confirmed, or None."""
    found = _noted(_given(node, office))
    return datetime.fromtimestamp(found[1], UTC) if found and found[1] else None


def has_copies(node: Node, handover: Handover) -> bool:
    """Say whether copies of what only the office may read were not deleted here yet."""
    is_over = handover.side == Side.GIVER and handover.stage == Stage.TAKEN
    return is_over and handover.is_hosted and bool(handover.secret)


def copies_of(office: uuid.UUID) -> Ids:
    """Give the records of an office that are here, and that it tells nobody."""
    found = {model: set(_copies(model, office)) for model in shared_models()}
    return {model: ids for model, ids in found.items() if ids}


def count_copies(office: uuid.UUID) -> int:
    """Give how many they are, in one query."""
    first, *others = (_copies(model, office) for model in shared_models())
    return int(first.union(*others, all=True).count())


def _copies(model: type[SharedRecord], office: uuid.UUID) -> Any:
    told = Held.objects.filter(log__office=office).values("record_id")
    rows = model._base_manager.filter(home_office=office).exclude(pk__in=told)
    return rows.order_by().values_list("pk", flat=True)


def forget_home(node: Node, *, actor: Any, handover: Handover) -> Forgotten:
    """Delete here what only a handed over office may read; what it tells others stays.

    Raises NotVisible, and Refused until the new server has signed and confirmed.
    """
    require_signer(actor)
    if not has_copies(node, handover) or node.writes(handover.office):
        raise Refused(_("There is nothing to delete: no office was handed over with copies here."))
    if confirmed_at(node, handover.office) is None:
        raise Refused(
            _(
                "The new server has not confirmed yet that it holds everything. It does so by "
                "itself; or there: kafo office accept"
            )
        )
    with transaction.atomic(), receiving():
        found = copies_of(handover.office)
        kept = _needed(found, handover.office)
        deleted = 0
        for model, ids in found.items():
            for pk in ids - kept:
                try:
                    with transaction.atomic():
                        delete_record(node, model, pk)
                    deleted += 1
                except (models.ProtectedError, models.RestrictedError):
                    kept.add(pk)
        _blank_untold(node, handover.office)
        handover.secret = b""  # nobody gets it from here any more
        handover.save(update_fields=["secret"])
        record_act("federation.office.forget", actor=actor, record=handover, records=deleted)
    _given(node, handover.office).unlink(missing_ok=True)
    return Forgotten(deleted, len(kept))


def _needed(found: Ids, office: uuid.UUID) -> set[uuid.UUID]:
    """Give those that records of other offices point to, and what these must point to."""
    kept: set[uuid.UUID] = set()
    grows = True
    while grows:
        before = len(kept)
        for model in shared_models():
            for field in _references(model):
                rows = model._base_manager.exclude(home_office=office)
                if not field.null:
                    rows = rows | model._base_manager.filter(pk__in=kept)
                targets = found.get(field.related_model, set())
                pointed = rows.filter(**{f"{field.attname}__isnull": False})
                kept |= targets & set(pointed.values_list(field.attname, flat=True))
        grows = len(kept) > before
    return kept


def _references(model: type[SharedRecord]) -> list[Any]:
    return [
        field
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and issubclass(field.related_model, SharedRecord)
    ]


def _blank_untold(node: Node, office: uuid.UUID) -> None:
    """Let each record that stays say here what its office tells of it, and nothing else."""
    held: dict[int, list[Held]] = defaultdict(list)
    for each in Held.objects.filter(log__office=office, parked="").select_related("log"):
        held[each.kind].append(each)
    for model in shared_models():
        some = held.get(model.wire.kind, []) if model.wire else []
        told = set(wire_of(model).fields.values()) if some else set()
        untold = {
            field.attname: field.get_default()
            for field in model._meta.concrete_fields
            if field.name not in told | _OF_EACH
        }
        ids = [each.record_id for each in some]
        for at in range(0, len(ids), 500):
            if untold:
                model._base_manager.filter(pk__in=ids[at : at + 500]).update(**untold)
            write_records(node, some[at : at + 500])


# On the side of the new server.


def note_received(node: Node, office: uuid.UUID, data: bytes) -> None:
    """Note what was received, if all of it is in the tables here."""
    for item in serializers.deserialize("json", data.decode(), ignorenonexistent=True):
        row: Any = item.object
        if row.home_office == office and not type(row)._base_manager.filter(pk=row.pk).exists():
            return
    _note(_received(node), [hashlib.sha256(data).digest()])


def received_digest(node: Node) -> bytes:
    """Give what is to be confirmed to the side that kept the office; empty when nothing is."""
    found = _noted(_received(node))
    return bytes(found[0]) if found else b""


def end_confirming(node: Node) -> None:
    """Note that the other side has heard it."""
    _received(node).unlink(missing_ok=True)


def _given(node: Node, office: uuid.UUID) -> Path:
    return node.home / f"given-{office.hex}.cbor"


def _received(node: Node) -> Path:
    return node.home / "received.cbor"


def _note(path: Path, item: list[Any]) -> None:
    write_whole(path, cbor.encode(item), mode=0o600)


def _noted(path: Path) -> list[Any] | None:
    return list(cbor.load(path.read_bytes())) if path.is_file() else None
