"""What was erased here, and which offices have said that it is gone from theirs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from kafo.federation.models import Frame, Log, PeerLog
from kafo.federation.proposed import name_of
from kafo.federation.queries import peer_offices, roster, this_node

DEADLINE = timedelta(days=30)
SHOWN = 100


@dataclass(frozen=True)
class Erasure:
    """Records that were erased together, and the offices that still have to say so."""

    erased_at: datetime
    audience: str
    office: str
    count: int
    open: list[str]
    confirmed: list[str]

    @property
    def due_at(self) -> datetime:
        """Give when it must be gone everywhere."""
        return self.erased_at + DEADLINE

    @property
    def is_late(self) -> bool:
        """Say whether an office has not confirmed in time."""
        return bool(self.open) and self.due_at < timezone.now()


def erasures() -> list[Erasure]:
    """Give the last erasures in the logs written here, those that are not confirmed first.

    An office has confirmed when the head that it told last is at or after the frame.
    """
    node, known = this_node(), roster()
    if node is None or known is None:
        return []
    own = {log.pk: log for log in Log.objects.all() if node.writes(log.office)}
    frames = Frame.objects.filter(log__in=list(own), erasures__gt=0, is_void=False)
    columns = ("log_id", "epoch", "sequence", "sealed_at", "erasures")
    rows = list(frames.order_by("-sealed_at", "-pk").values_list(*columns)[:SHOWN])
    told: dict[tuple[Any, int], tuple[int, int]] = {
        (word.peer.office.bytes, word.log_id): (word.epoch, word.sequence)
        for word in PeerLog.objects.select_related("peer").filter(log__in=list(own))
    }
    peers = peer_offices()
    made = []
    for log_id, epoch, sequence, sealed_at, count in rows:
        log = own[log_id]
        readers = [p for p in peers if known.reads(log.audience, log.office.bytes, p.id)]
        done = [p for p in readers if told.get((p.id, log_id), (0, 0)) >= (epoch, sequence)]
        made.append(
            Erasure(
                erased_at=datetime.fromtimestamp(sealed_at, UTC),
                audience=log.audience,
                office=name_of(log.office),
                count=count,
                open=[p.name for p in readers if p not in done],
                confirmed=[p.name for p in done],
            )
        )
    return sorted(made, key=lambda erasure: not erasure.open)
