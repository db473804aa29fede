"""Hand over the pen of an office: the side that holds it lays it down, the other takes it up.

Between the two the office's records are frozen everywhere. The key that takes the pen stands in the
roster before it is laid down, so that every peer can check both signatures.
"""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from kafo.federation.errors import Frozen
from kafo.federation.models import Log, Outbox
from kafo.federation.node import Node
from kafo.federation.services.sealing import Change, log_of, seal_frame, seal_waiting
from kafo.federation.wire.entries import Accept, Release


def lay_down_pen(node: Node, office: uuid.UUID, to: bytes) -> list[Log]:
    """Say all that waits, then lay down the pen of `office` for the key `to`, in each of its logs.

    Raises Frozen when the pen is not here, or `to` is not among the office's keys in the roster.
    """
    roster = node.roster
    entry = roster.office(office.bytes) if roster else None
    if entry is None or to not in [key for key, limits in entry.keys if limits is None]:
        raise Frozen(_("The roster does not name that key for this office yet."))
    seal_waiting(node)
    laid_down = []
    with transaction.atomic(using=node.using):
        logs = list(Log.objects.using(node.using).filter(office=office))
        if Outbox.objects.using(node.using).exists() or any(node.is_behind(log) for log in logs):
            raise Frozen(_("Something still waits to be said; the pen cannot be laid down yet."))
        for known in logs:
            log = log_of(node, office, known.audience)
            if log.released_to:
                raise Frozen(_("The pen of this office was laid down before."))
            log.released_to = to
            seal_frame(node, log, [(Release(to), -1, None)])
            laid_down.append(log)
    for log in laid_down:
        node.mark(log)
    return laid_down


def take_pen(node: Node, office: uuid.UUID, *, keep: bool = True) -> list[Log]:
    """Take up the pen that was laid down for this node; with `keep` false, decline it.

    A pen that was declined goes back to the key that laid it down. Raises Frozen when it was not
    laid down for a key of this node. Begun and ended by the power, it can be done again.
    """
    _hold_prepared_key(node, office)
    key = node.key(office)
    taken = []
    with transaction.atomic(using=node.using):
        for known in Log.objects.using(node.using).filter(office=office):
            log = log_of(node, office, known.audience)
            mine = key.public_key().public_bytes_raw() if key else b""
            if not mine or bytes(log.released_to) != mine:
                raise Frozen(_("The pen was not laid down for this node."))
            giver = bytes(log.key)
            said: list[Change] = [(Accept(keep), -1, None)]
            log.released_to = b""
            if not keep:
                log.released_to = giver
                seal_frame(node, log, [*said, (Release(giver), -1, None)])
            else:
                seal_frame(node, log, said)
            taken.append(log)
        if not keep:
            node.demote_key(office)
    for log in taken:
        node.mark(log)
    return taken


def _hold_prepared_key(node: Node, office: uuid.UUID) -> None:
    prepared = node.prepared(office)
    logs = Log.objects.using(node.using).filter(office=office)
    if prepared and logs and all(bytes(log.released_to) == prepared for log in logs):
        node.promote_key(office)
