"""Note what a peer says of how far it holds each log."""

import uuid
from collections.abc import Iterable

from django.utils import timezone

from kafo.federation.models import Log, Peer, PeerLog
from kafo.federation.node import Node

Stand = tuple[uuid.UUID, str, int, int]  # office, audience, epoch, sequence


def note_heads(node: Node, peer: Peer, heads: Iterable[Stand]) -> None:
    """Note where each log stands at `peer`."""
    now = timezone.now()
    logs = {(log.office, log.audience): log for log in Log.objects.using(node.using)}
    PeerLog.objects.using(node.using).bulk_create(
        [
            PeerLog(
                peer=peer,
                log=logs[office, audience],
                epoch=epoch,
                sequence=min(sequence, 2**62),
                told_at=now,
            )
            for office, audience, epoch, sequence in heads
            if (office, audience) in logs
        ],
        update_conflicts=True,
        unique_fields=["peer", "log"],
        update_fields=["epoch", "sequence", "told_at"],
    )
