"""Hosting: this node writes for another office until that one has a server of its own.

What belongs to the organisation of the office is at home in it: each record that must point to it.
"""

import uuid
from collections import defaultdict
from typing import Any

from django.core import serializers
from django.db import models, transaction

from kafo.federation.node import Node, receiving
from kafo.records.models import SharedRecord, shared_models


def host_office(node: Node, organization: SharedRecord, office: uuid.UUID) -> int:
    """Let all that belongs to an organisation be at home in `office`; give how many records.

    They leave the log of this office and begin in the one of that office, whose pen is here too.
    """
    moved = 0
    with transaction.atomic():
        for model, ids in belonging_to(organization, node.office).items():
            some = list(ids)
            for at in range(0, len(some), 500):
                rows = model._base_manager.filter(pk__in=some[at : at + 500])
                moved += rows.update(home_office=office)
    return moved


def belonging_to(
    organization: SharedRecord, home: uuid.UUID
) -> dict[type[SharedRecord], set[uuid.UUID]]:
    """Give what is at home in `home` and must point to the organisation, over any steps."""
    found: dict[type[SharedRecord], set[uuid.UUID]] = defaultdict(set)
    found[type(organization)] |= _with_units(organization)
    grows = True
    while grows:
        grows = False
        for model in shared_models():
            for field in _required_references(model):
                targets = list(found.get(field.related_model, ()))
                for at in range(0, len(targets), 500):
                    rows = model._base_manager.filter(
                        **{f"{field.attname}__in": targets[at : at + 500]}, home_office=home
                    )
                    new = set(rows.values_list("pk", flat=True)) - found[model]
                    found[model] |= new
                    grows = grows or bool(new)
    return {model: ids for model, ids in found.items() if ids}


def _with_units(organization: SharedRecord) -> set[uuid.UUID]:
    model = type(organization)
    above = [field.name for field in model._meta.local_fields if field.related_model is model]
    within = last = {organization.pk}
    while last and above:
        parts = model._base_manager.filter(**{f"{above[0]}__in": last})
        last = set(parts.values_list("pk", flat=True)) - within
        within = within | last
    return within


def _required_references(model: type[SharedRecord]) -> list[Any]:
    return [
        field
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and not field.null
        and issubclass(field.related_model, SharedRecord)
    ]


def home_of_new(node: Node, record: SharedRecord) -> uuid.UUID:
    """Give where a new record is at home: with what it must point to, if this node writes there."""
    for field in _required_references(type(record)):
        target = getattr(record, field.attname)
        row: Any = field.related_model._base_manager.filter(pk=target)
        home = row.values_list("home_office", flat=True).first()
        if home and home != node.office and node.writes(home):
            return uuid.UUID(str(home))
    return record.home_office


# What only the office itself may read travels once, to its own new server, whole and encrypted.


def pack_home(node: Node, office: uuid.UUID) -> bytes:
    """Give every record at home in `office`, all its fields, and what they must point to."""
    rows: dict[Any, SharedRecord] = {}
    for model in shared_models():
        for row in model._base_manager.filter(home_office=office).iterator(chunk_size=500):
            rows[row.pk] = row
    queue = list(rows.values())
    while queue:
        row = queue.pop()
        for field in _required_references(type(row)):
            target = getattr(row, field.attname)
            if target and target not in rows:
                needed: Any = field.related_model._base_manager.filter(pk=target).first()
                if needed is not None:
                    rows[target] = needed
                    queue.append(needed)
    return serializers.serialize("json", rows.values()).encode()


def load_home(node: Node, data: bytes, office: uuid.UUID) -> int:
    """Write what `pack_home` gave; give how many records. Those of other offices only if new."""
    loaded = list(serializers.deserialize("json", data.decode(), ignorenonexistent=True))
    given = {item.object.pk for item in loaded}
    written = 0
    with transaction.atomic(), receiving():
        for item in loaded:
            row: Any = item.object
            known = type(row)._base_manager.filter(pk=row.pk).values_list("home_office", flat=True)
            home = known.first()
            if home is not None and (home != office or row.home_office != office):
                continue
            _loosen(row, given)
            row.save_base(raw=True)
            written += 1
    return written


def _loosen(row: Any, given: set[Any]) -> None:
    """Drop a reference that need not be there, and is not."""
    for field in row._meta.local_fields:
        if not isinstance(field, models.ForeignKey) or not field.null:
            continue
        target: Any = getattr(row, field.attname)
        if not target or target in given:
            continue
        if not field.related_model._base_manager.filter(pk=target).exists():
            setattr(row, field.attname, None)
