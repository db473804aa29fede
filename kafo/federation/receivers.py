"""Capture: whatever changes a shared record puts it in the outbox, in the same transaction."""

import uuid
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from kafo.federation.errors import Frozen, NotHome
from kafo.federation.models import Log, Outbox
from kafo.federation.node import Node, is_receiving, node_of
from kafo.federation.services.hosting import home_of_new
from kafo.federation.services.recovering import is_before_key
from kafo.records.models import SharedRecord, shared_models
from kafo.records.signals import records_changed, records_changing


def refuse_foreign(sender: type[SharedRecord], rows: list[Any], using: str, **more: Any) -> None:
    """Refuse to write what is at home elsewhere, or what is being handed over."""
    node = node_of(using)
    if node is None or sender.wire is None or is_receiving():
        return
    for office in _homes(sender, rows, using):
        if not node.writes(office):
            raise NotHome(_("This record is at home in another office. Send a proposal."))
        if is_laid_down(node, office):
            raise Frozen(_("The records of this office are being handed over."))


def is_laid_down(node: Node, office: uuid.UUID) -> bool:
    """Say whether the pen lies between two hands, or another one took it up already."""
    logs = Log.objects.using(node.using).filter(office=office)
    if logs.exclude(released_to=b"").exists():
        return True
    own = node.key(office)
    mine = own.public_key().public_bytes_raw() if own else b""
    others = logs.exclude(key__in=[b"", mine]).filter(branches_to=0)
    return not all(is_before_key(node, log) for log in others)


def find_home(sender: type[SharedRecord], rows: list[Any], using: str, **more: Any) -> None:
    """Let a new record be at home where the one is that it must point to: a hosted office's."""
    node = node_of(using)
    if node is None or is_receiving() or not node.hosts():
        return
    for row in rows:
        if isinstance(row, SharedRecord) and row._state.adding and row.home_office == node.office:
            row.home_office = home_of_new(node, row)


def _homes(model: type[SharedRecord], rows: list[Any], using: str) -> set[uuid.UUID]:
    homes = {row.home_office for row in rows if isinstance(row, SharedRecord)}
    ids = [row.pk if isinstance(row, SharedRecord) else row for row in rows]
    for at in range(0, len(ids), 500):
        stored = model._base_manager.using(using).filter(pk__in=ids[at : at + 500])
        homes |= set(stored.values_list("home_office", flat=True).distinct())
    return homes


def put_in_outbox(sender: type[SharedRecord], rows: list[Any], using: str, **more: Any) -> None:
    """Note that records changed."""
    if node_of(using) is None or sender.wire is None or is_receiving():
        return
    kind = sender.wire.kind
    Outbox.objects.using(using).bulk_create([Outbox(kind=kind, record_id=row) for row in rows])
    for part in _parts_of(sender):
        ids = [row.pk if isinstance(row, SharedRecord) else row for row in rows]
        for at in range(0, len(ids), 500):
            about = part._base_manager.using(using).filter(
                **{f"{part.audience_from}__in": ids[at : at + 500]}
            )
            put_in_outbox(part, list(about.values_list("pk", flat=True)), using)


@cache
def _parts_of(model: type[SharedRecord]) -> list[type[SharedRecord]]:
    """Give the models whose audience is that of a record of `model`."""
    return [
        part
        for part in shared_models()
        if part.audience_from and part._meta.get_field(part.audience_from).related_model is model
    ]


def connect() -> None:
    """Begin to listen."""
    records_changing.connect(find_home)
    records_changing.connect(refuse_foreign)
    records_changed.connect(put_in_outbox)
