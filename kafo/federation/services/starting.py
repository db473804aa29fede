"""Start: the node of this database, made once, found again at every start."""

import os
import shutil
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kafo.federation.enums import AlarmKind
from kafo.federation.kinds import kinds
from kafo.federation.models import Alarm, Log, Outbox
from kafo.federation.node import Node, register_node
from kafo.federation.services.recovering import check_marks, settle_recovery
from kafo.federation.services.sealing import raise_alarm
from kafo.records.models import home_office


def node_folder() -> Path:
    """Give where the keys and marks of the node lie: beside the database, in no backup."""
    return Path(settings.KAFO_HOME) / "federation"


def open_node() -> Node | None:
    """Register the node of this data folder, so that changes are captured; None before it is made.

    Asks no database.
    """
    if not (node_folder() / "keys").is_dir():
        return None
    node = Node("default", node_folder(), home_office())
    register_node(node)
    return node


def ensure_node() -> Node:
    """Give the node, made when there is none yet; what was written before it then waits to be told.

    A database that spoke before, without its folder, came from a backup: its node gets a new key,
    which writes nothing until the list of offices names it, and is in recovery.
    """
    node = open_node()
    if node is None:
        node = _make_node()
    check_marks(node)
    settle_recovery(node)
    return node


def _make_node() -> Node:
    folder, part = node_folder(), node_folder().with_name(".federation-new")
    shutil.rmtree(part, ignore_errors=True)
    spoke = Log.objects.filter(office=home_office(), sequence__gt=0).exists()
    node = Node.create("default", part, home_office())
    if spoke:
        node.drop_key(node.office)
        node.prepare_key(node.office)
        (part / "marks.cbor").unlink()
    with transaction.atomic():
        if not spoke:
            _tell_all(node)
        os.replace(part, folder)
    node.home = folder
    node.forget()
    register_node(node)
    if spoke:
        raise_alarm(node, AlarmKind.RECOVERY, "keys")
    return node


def _tell_all(node: Node) -> None:
    """Put every record that is at home here in the outbox."""
    for kind, model in kinds().items():
        ids = model._base_manager.filter(home_office=node.office).values_list("pk", flat=True)
        Outbox.objects.bulk_create(
            (Outbox(kind=kind, record_id=pk) for pk in ids.iterator()), batch_size=500
        )


def settle_keys(node: Node) -> None:
    """Close the alarm of a lost key once the pen is held here again."""
    if node.writes(node.office):
        rows = Alarm.objects.filter(kind=AlarmKind.RECOVERY, text="keys", settled_at=None)
        rows.update(settled_at=timezone.now())
