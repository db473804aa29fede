"""Erase from the frames kept here, and drop frames that nobody needs."""

from collections.abc import Collection
from pathlib import Path

from django.db.models import Min

from kafo.federation.models import Frame, Log
from kafo.federation.node import Node
from kafo.federation.wire import frames
from kafo.federation.wire.entries import Put, read_entry


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


def drop_frames(log: Log, up_to: int) -> int:
    """Drop the bytes of frames up to a sequence, of void ones too; give how many were dropped.

    The state root in the newest head stands for what they led to.
    """
    rows = Frame.objects.using(log._state.db).filter(log=log, size__gt=0)
    dropped = rows.filter(is_void=True).delete()[0]
    return dropped + rows.filter(sequence__lte=up_to).update(data=b"", size=0)


def kept_from(log: Log) -> int:
    """Give the sequence of the first frame that can still be sent."""
    rows = Frame.objects.using(log._state.db).filter(log=log, size__gt=0, is_void=False)
    return int(rows.aggregate(first=Min("sequence"))["first"] or log.sequence + 1)
