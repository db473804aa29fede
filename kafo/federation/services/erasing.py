"""Erase from the frames kept here, and drop frames that nobody needs."""

import uuid
from collections.abc import Collection
from pathlib import Path

from django.db.models import Min

from kafo.federation.models import Frame, Log, PeerLog
from kafo.federation.node import Node
from kafo.federation.wire import frames
from kafo.federation.wire.entries import Put, read_entry

KEPT_SECONDS = 30 * 86400


def redact_records(node: Node, log: Log, numbers: Collection[int]) -> int:
    """Replace what frames say of erased records by hashes; give how many frames changed.

    Files with a state of the log are removed whole: the next is made when somebody asks.
    """
    for path in [*state_files(node, log), *node.home.glob(f"incoming/*-{log.pk}-*.state")]:
        path.unlink(missing_ok=True)
    changed = 0
    kept = Frame.objects.using(log._state.db).filter(log=log, size__gt=0)
    for frame in kept.iterator(chunk_size=50):
        data = bytes(frame.data)
        gone = [
            position
            for position, entry in enumerate(frames.entries_of(data))
            if entry is not None
            and isinstance(said := read_entry(entry), Put)
            and said.number in numbers
        ]
        if gone:
            frame.data = frames.redact(data, gone)
            frame.size = len(frame.data)
            frame.save(update_fields=["data", "size"])
            changed += 1
    if changed:
        log.edition += 1
        log.save(update_fields=["edition"])
    return changed


def state_files(node: Node, log: Log) -> list[Path]:
    """Give the files that hold a whole state of a log."""
    return sorted((node.home / "states").glob(f"{log.pk}-*.state"))


def drop_confirmed(node: Node) -> int:
    """Drop frames older than 30 days that every office has said to hold; give how many.

    Void ones of that age go in any case.
    """
    roster, limit = node.roster, int(node.now() - KEPT_SECONDS)
    if roster is None:
        return 0
    told: dict[tuple[bytes, int], tuple[int, int]] = {
        (word.peer.office.bytes, word.log_id): (word.epoch, word.sequence)
        for word in PeerLog.objects.using(node.using).select_related("peer")
    }
    others = [o.id for o in roster.offices if not node.writes(uuid.UUID(bytes=o.id))]
    dropped = 0
    for log in Log.objects.using(node.using).filter(sequence__gt=0):
        readers = [
            id_
            for id_ in others
            if id_ != node.office.bytes and roster.reads(log.audience, log.office.bytes, id_)
        ]
        stands = [told.get((id_, log.pk), (0, 0)) for id_ in readers]
        knows = stands and all(epoch == log.epoch for epoch, _ in stands)
        held = min(at for _, at in stands) if knows else 0
        frames_of = Frame.objects.using(node.using).filter(log=log, is_void=False)
        young = frames_of.filter(sealed_at__gte=limit).aggregate(first=Min("sequence"))["first"]
        up_to = held if young is None else min(held, young - 1)
        dropped += drop_frames(log, up_to, void_before=limit)
    return dropped


def drop_frames(log: Log, up_to: int, void_before: int | None = None) -> int:
    """Drop the bytes of frames up to a sequence, of void ones too; give how many were dropped.

    Of the void ones only those that were sealed before `void_before`, if it is given.

    The state root in the newest head stands for what they led to.
    """
    rows = Frame.objects.using(log._state.db).filter(log=log, size__gt=0)
    void = rows.filter(is_void=True)
    if void_before is not None:
        void = void.filter(sealed_at__lt=void_before)
    dropped = void.delete()[0]
    return dropped + rows.filter(sequence__lte=up_to).update(data=b"", size=0)


def kept_from(log: Log) -> int:
    """Give the sequence of the first frame that can still be sent."""
    rows = Frame.objects.using(log._state.db).filter(log=log, size__gt=0, is_void=False)
    return int(rows.aggregate(first=Min("sequence"))["first"] or log.sequence + 1)
