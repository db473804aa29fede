"""Recover: a database older than what this node has said, and forks that came of it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kafo.federation.enums import AlarmKind
from kafo.federation.errors import Frozen
from kafo.federation.models import Alarm, Log, Peer
from kafo.federation.node import Node, mark_name
from kafo.federation.services.sealing import log_of, raise_alarm, seal_waiting
from kafo.federation.wire import cbor, signatures


def check_marks(node: Node) -> list[Log]:
    """Give the own logs that are behind what was said, with an alarm each; done at every start.

    One in which another key spoke last is behind too, though its marks came back with it. Each
    such log is read-only here until a peer has returned what is missing, or a new epoch begins.
    One that is ahead of its mark, because the power failed between the two, is marked.
    """
    behind = [log for log in Log.objects.using(node.using) if _is_stuck(node, log)]
    for log in Log.objects.using(node.using).filter(sequence__gt=0):
        said = (node.marks or {}).get(mark_name(log), [0, 0])
        if (
            node.marks is not None
            and node.writes(log.office)
            and said[:2] < [log.epoch, log.sequence]
        ):
            node.mark(log)
    for log in behind:
        raise_alarm(node, AlarmKind.RECOVERY, f"{log.audience} {log.epoch}.{log.sequence}", log)
    if node.marks is None and not behind and node.writes(node.office):
        raise_alarm(node, AlarmKind.RECOVERY, "marks")
    return behind


def _is_stuck(node: Node, log: Log) -> bool:
    if log.released_to or not node.writes(log.office):
        return False
    return node.is_behind(log) or is_before_key(node, log)


def is_before_key(node: Node, log: Log) -> bool:
    """Say whether a log of this office is from before its key here, unless that one is revoked."""
    key = node.key(log.office)
    own = signatures.public_bytes(key) if key else b""
    if log.office != node.office or log.branches_to or bytes(log.key) in {b"", own}:
        return False
    entry = node.roster.office(log.office.bytes) if node.roster else None
    return dict(entry.keys if entry else []).get(own) is None


def settle_recovery(node: Node) -> None:
    """Close the alarms of logs that have caught up with what was said."""
    if node.marks is not None:
        lost = Alarm.objects.using(node.using).filter(kind=AlarmKind.RECOVERY, text="marks")
        lost.filter(settled_at=None).update(settled_at=timezone.now())
    for alarm in (
        Alarm.objects.using(node.using)
        .filter(kind=AlarmKind.RECOVERY, settled_at=None, log__isnull=False)
        .select_related("log")
    ):
        if alarm.log and not _is_stuck(node, alarm.log):
            Alarm.objects.using(node.using).filter(pk=alarm.pk).update(settled_at=timezone.now())


def open_epoch(node: Node, log: Log) -> Log:
    """Go on from what is here, whatever was said later; give the log in its new epoch.

    Peers void what they hold of the old epoch after this point. Raises Frozen when the pen is not
    here.
    """
    if not node.writes(log.office):
        raise Frozen(_("The pen of this office is not held here."))
    said = (node.marks or {}).get(mark_name(log), [0, 0, b""])
    with transaction.atomic(using=node.using):
        log = log_of(node, log.office, log.audience)
        log.branches_to = max(log.epoch, said[0], _heard(node, log)) + 1
        log.released_to = b""
        log.save(update_fields=["branches_to", "released_to"])
    if node.marks is None:
        node.write_marks({})
    seal_waiting(node)
    Alarm.objects.using(node.using).filter(log=log, settled_at=None).update(
        settled_at=timezone.now()
    )
    return Log.objects.using(node.using).get(pk=log.pk)


def _heard(node: Node, log: Log) -> int:
    """Give the highest epoch of a log that any peer has spoken of."""
    epochs = [0]
    for heads in Peer.objects.using(node.using).exclude(heads=b"").values_list("heads", flat=True):
        for office, audience, epoch, _sequence, _hash in cbor.decode(bytes(heads)):
            if office == log.office.bytes and audience == log.audience:
                epochs.append(epoch)
    return max(epochs)
