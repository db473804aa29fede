"""Carry: the same frames on a stick, encrypted with age to the offices they are for.

A bundle is a folder kafo1/ with ROSTER.BIN and parts K0000001.AGE…; names fit any file system, each
is written whole or not at all. A part opens to a sequence of items:
["log", office, audience, after, kept_from], then frames as byte strings, or ["snapshot", …] and
its pieces. Last come files, each as ["file", SHA-256, bytes]: the text has told what they are for.
"""

import io
import os
import uuid
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pyrage

from kafo.federation.errors import Incomplete, Malformed, Untrusted
from kafo.federation.models import Log, Roster
from kafo.federation.node import Node
from kafo.federation.services.answering import Head, frames_after, log_of_peer, take_rosters
from kafo.federation.services.applying import apply_frame, frame_hash
from kafo.federation.services.attachments import files_for, take_file, wanted_files
from kafo.federation.services.erasing import kept_from
from kafo.federation.services.exchanging import Visit
from kafo.federation.services.sealing import seal_waiting
from kafo.federation.services.snapshots import load_snapshot, write_snapshot
from kafo.federation.wire import cbor

FOLDER = "kafo1"
PART = 16 * 1024 * 1024
MAX_PART = 96 * 1024 * 1024
MAX_FILES = 200 * 1024 * 1024
_FILE = cbor.encode("file")


def write_stick(
    node: Node, drive: Path, offices: list[uuid.UUID], *, files_at_most: int = MAX_FILES
) -> list[Path]:
    """Write what `offices` may read to a stick; give the files. Raises Untrusted for strangers.

    Pictures and documents come after the text, the smallest first, up to `files_at_most` bytes.
    """
    roster = node.roster
    if roster is None:
        raise Untrusted("There is no roster yet.")
    seal_waiting(node)
    folder = drive / FOLDER
    folder.mkdir(exist_ok=True)
    documents = [bytes(row.data) for row in Roster.objects.using(node.using).order_by("version")]
    written = [_write(folder / "ROSTER.BIN", cbor.encode(documents))]
    number = len(list(folder.glob("K*.AGE")))
    for office in offices:
        entry = roster.office(office.bytes)
        if entry is None or not entry.recipient:
            raise Untrusted("The roster has no key to write to this office.")
        recipient = pyrage.x25519.Recipient.from_str(entry.recipient)
        logs = [
            log
            for log in Log.objects.using(node.using)
            if log.sequence and roster.reads(log.audience, log.office.bytes, office.bytes)
        ]
        for part in chain(_parts(logs), _parts_of_files(files_for(node, office, files_at_most))):
            number += 1
            sealed = pyrage.encrypt(part, [recipient])
            written.append(_write(folder / f"K{number:07}.AGE", sealed))
    return written


def _parts(logs: list[Log]) -> Iterator[bytes]:
    """Give the parts; each begins with the log it goes on with."""
    part = bytearray()
    for log in logs:
        about = [log.office.bytes, log.audience, log.epoch]
        first = kept_from(log)
        if first > 1:
            piece = b"".join(write_snapshot(log))
            part += cbor.encode(["snapshot", *about, log.sequence]) + cbor.encode(piece)
            continue
        after = first - 1
        part += cbor.encode(["log", *about, after])
        for data in frames_after(log, after, log.edition):
            part += data
            after += 1
            if len(part) > PART:
                yield bytes(part)
                part = bytearray(cbor.encode(["log", *about, after]))
    if part:
        yield bytes(part)


def _parts_of_files(files: Iterator[tuple[str, bytes]]) -> Iterator[bytes]:
    """Give the parts that hold files."""
    part = bytearray()
    for sha256, data in files:
        part += cbor.encode(["file", bytes.fromhex(sha256), data])
        if len(part) > PART:
            yield bytes(part)
            part = bytearray()
    if part:
        yield bytes(part)


def read_stick(node: Node, drive: Path) -> Visit:
    """Read what a stick holds for this node; give what came of it.

    What is older, read before, broken off, or for others is passed over.
    """
    visit = Visit()
    folder = drive / FOLDER
    roster = folder / "ROSTER.BIN"
    if roster.is_file() and roster.stat().st_size < MAX_PART:
        try:
            take_rosters(node, [bytes(each) for each in cbor.decode(roster.read_bytes())])
        except (Malformed, Untrusted, TypeError) as error:
            visit.faults.append(str(error))
    for path in sorted(folder.glob("K*.AGE")):
        if path.stat().st_size > MAX_PART:
            visit.faults.append(f"{path.name}: too large")
            continue
        try:
            part = pyrage.decrypt(path.read_bytes(), [node.identity])
        except pyrage.DecryptError:
            continue
        _read_part(node, part, visit)
    return visit


def _read_part(node: Node, part: bytes, visit: Visit) -> None:
    log, after, is_snapshot = None, 0, False
    position = 0
    try:
        while position < len(part):
            end = cbor.item_end(part, position)
            item, position = part[position:end], end
            if item[1 : 1 + len(_FILE)] == _FILE:
                visit.files += _take_file(node, item)
            elif item[0] >> 5 == 4:
                log, after, is_snapshot = _opened(node, cbor.decode(item))
            elif log is None:
                continue
            elif is_snapshot:
                log = _take_snapshot(node, log, cbor.decode(item), visit)
            else:
                after += 1
                log = _take_frame(node, log, after, item, visit)
    except (Malformed, Untrusted, Incomplete) as error:
        visit.faults.append(str(error))


def _take_file(node: Node, item: bytes) -> int:
    """Take a file if a record here names it; give its bytes."""
    match cbor.decode(item):
        case ["file", bytes(sha256), bytes(data)] if len(sha256) == 32:
            wanted = {each.sha256 for each in wanted_files(node)}
            return len(data) if take_file(node, sha256, data, wanted) else 0
    raise Malformed("This file has another shape.")


def _opened(node: Node, item: Any) -> tuple[Log | None, int, bool]:
    match item:
        case ["log" | "snapshot" as what, bytes(office), str(audience), int(epoch), int(after)]:
            head = Head.read([office, audience, epoch, after, b""])
            roster = node.roster
            if roster is None or not roster.reads(audience, office, node.office.bytes):
                return None, 0, False
            log = log_of_peer(node, head)
            is_snapshot = what == "snapshot"
            is_new = (epoch, after) > (log.epoch, log.sequence)
            return log if is_new or not is_snapshot else None, after, is_snapshot
    raise Malformed("This part begins with something else than a log.")


def _take_frame(node: Node, log: Log, sequence: int, data: bytes, visit: Visit) -> Log | None:
    if sequence <= log.sequence:
        return log
    if sequence > log.sequence + 1 or frame_hash(log, log.sequence) is None:
        return None
    try:
        log = apply_frame(node, log.office, log.audience, data)
    except (Malformed, Untrusted) as error:
        visit.faults.append(str(error))
        return None
    visit.frames += 1
    return log


def _take_snapshot(node: Node, log: Log, data: bytes, visit: Visit) -> Log | None:
    try:
        load_snapshot(node, log, io.BytesIO(data))
        visit.snapshots += 1
    except (Malformed, Untrusted) as error:
        visit.faults.append(str(error))
    return None


def _write(path: Path, data: bytes) -> Path:
    """Write a file whole, and read it back from the drive before it counts."""
    temporary = path.with_suffix(".TMP")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if temporary.read_bytes() != data:
        raise OSError(f"{path.name} is not on the drive as it was written.")
    os.replace(temporary, path)
    return path
