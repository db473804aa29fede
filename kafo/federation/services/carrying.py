"""Carry: the same frames on a stick, encrypted with age to the offices they are for.

A bundle is a folder kafo1/ with ROSTER.BIN and parts K0000001.AGE…; names fit any file system, each
is written whole or not at all. A part opens to a sequence of items, none above 4 MiB:
["log", office, audience, epoch, after], then frames as byte strings; or
["state", office, audience, epoch, sequence, offset, size], then pieces of that state from there.
Last come files, in pieces ["file", SHA-256, offset, bytes]: the text has told what they are for.
"""

import errno
import io
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pyrage
from django.utils.translation import gettext as _

from kafo.federation.errors import Diverged, Incomplete, Malformed, Untrusted
from kafo.federation.models import Log, Roster
from kafo.federation.node import Node
from kafo.federation.services import superseding
from kafo.federation.services.answering import (
    Head,
    frames_after,
    is_for_us,
    log_of_peer,
    take_rosters,
)
from kafo.federation.services.applying import apply_frame, frame_hash
from kafo.federation.services.attachments import files_for, pieces_of, take_piece, wanted_files
from kafo.federation.services.erasing import kept_from
from kafo.federation.services.exchanging import Visit
from kafo.federation.services.incoming import IncomingState
from kafo.federation.services.sealing import seal_waiting
from kafo.federation.services.snapshots import load_snapshot, position_of, snapshot_file
from kafo.federation.wire import cbor
from kafo.records.errors import Refused

FOLDER = "kafo1"
PART = 16 * 1024 * 1024
MAX_PART = 96 * 1024 * 1024
MAX_FILES = 200 * 1024 * 1024
_FILE = cbor.encode("file")
Item = tuple[list[Any], bytes]  # an item, and what a part that goes on with it begins with


@dataclass
class Carried(Visit):
    """What came of reading a stick."""

    whole: int = 0  # parts for this office
    others: int = 0  # parts for other offices
    broken: int = 0  # parts that broke off, and states of which a part is missing
    begun: set[int] = field(default_factory=set)  # logs of which a state is not whole yet


def write_stick(
    node: Node, drive: Path, offices: list[uuid.UUID], *, files_at_most: int = MAX_FILES
) -> list[Path]:
    """Write what `offices` may read to a stick; give the files.

    Parts that this office wrote for the same offices before go once the new ones are whole there.
    Pictures and documents come after the text, the smallest first, up to `files_at_most` bytes.
    Raises Untrusted for strangers, and Refused when the drive cannot be written.
    """
    roster = node.roster
    if roster is None:
        raise Refused(_("This office knows no other yet: there is no list of offices here."))
    seal_waiting(node)
    folder = _folder(drive)
    documents = [bytes(row.data) for row in Roster.objects.using(node.using).order_by("version")]
    written = [_write(folder / "ROSTER.BIN", cbor.encode(documents))]
    number = max(
        (int(path.stem[1:]) for path in folder.glob("K" + "[0-9]" * 7 + ".AGE")), default=0
    )
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
        items = chain(_items(node, logs), files_for(node, office, files_at_most))
        there = [path for path in folder.glob("K*.AGE") if _is_plain(path)]
        old = superseding.written_before(node, office, there)
        parts = []
        for part in _parts(items):
            number += 1
            sealed = pyrage.encrypt(part, [recipient])
            parts.append(_write(folder / f"K{number:07}.AGE", sealed))
        superseding.remember(node, office, parts)
        superseding.drop(old)
        written += parts
    return written


def _items(node: Node, logs: list[Log]) -> Iterator[Item]:
    for log in logs:
        about = [log.office.bytes, log.audience]
        after = 0
        if kept_from(log) > 1:
            (epoch, after), path = snapshot_file(node, log, (0, 0))
            offset, size = 0, path.stat().st_size
            for piece in pieces_of(path, 0, size):
                yield ["state", *about, epoch, after, offset, size], cbor.encode(piece)
                offset += len(piece)
            log.refresh_from_db()
        for data in frames_after(log, after, log.edition):
            yield ["log", *about, log.epoch, after], data
            after += 1


def _parts(items: Iterator[Item]) -> Iterator[bytes]:
    """Give the parts; each begins with what it goes on with."""
    part, about = bytearray(), None
    for opening, item in items:
        if opening and (opening[:4] != about or not part):
            part += cbor.encode(opening)
        about = opening[:4]
        part += item
        if len(part) > PART:
            yield bytes(part)
            part = bytearray()
    if part:
        yield bytes(part)


def read_stick(node: Node, drive: Path) -> Carried:
    """Read what a stick holds for this node; give what came of it.

    What is older, read before, broken off, or for others is passed over. Raises Refused when
    nothing there is from an office.
    """
    visit = Carried()
    folder = drive / FOLDER
    if not drive.is_dir():
        raise Refused(_("There is no drive at %(path)s.") % {"path": drive})
    if folder.is_symlink() or not folder.is_dir():
        raise Refused(_("Nothing on this drive comes from an office: it has no folder kafo1."))
    roster = folder / "ROSTER.BIN"
    if _is_plain(roster) and roster.stat().st_size < MAX_PART:
        try:
            _take_rosters(node, cbor.decode(roster.read_bytes()))
        except (Malformed, Untrusted, OSError) as error:
            visit.faults.append(str(error))
    for path in sorted(folder.glob("K*.AGE")):
        if not _is_plain(path):
            continue
        if path.stat().st_size > MAX_PART:
            visit.faults.append(f"{path.name}: too large")
            continue
        try:
            part = pyrage.decrypt(path.read_bytes(), [node.identity])
        except (pyrage.DecryptError, OSError) as error:
            is_other = "No matching keys" in str(error)
            visit.others += is_other
            visit.broken += not is_other
            continue
        visit.whole += 1
        _Part(node, visit).read(part)
    visit.broken += len(visit.begun)
    return visit


def _take_rosters(node: Node, item: Any) -> None:
    if not isinstance(item, list) or not all(isinstance(each, bytes) for each in item):
        raise Malformed("These are no lists of offices.")
    take_rosters(node, item)


def _is_plain(path: Path) -> bool:
    """Say whether it is a file of the drive: a link may lead anywhere, a pipe has no end."""
    return path.is_file() and not path.is_symlink()


class _Part:
    """Takes the items of one part in their order; `log` is None while they are passed over."""

    def __init__(self, node: Node, visit: Carried) -> None:
        self.node, self.visit = node, visit
        self.log: Log | None = None
        self.take: Callable[[Log, bytes], None] = self._take_frame
        self.after = self.offset = self.size = 0
        self.state: IncomingState | None = None
        self.wanted: dict[str, int] | None = None

    def read(self, part: bytes) -> None:
        position = 0
        try:
            while position < len(part):
                end = cbor.item_end(part, position)
                item, position = part[position:end], end
                if item[1 : 1 + len(_FILE)] == _FILE:
                    self._take_file(cbor.decode(item))
                elif item[0] >> 5 == 4:
                    self._open(cbor.decode(item))
                elif self.log is not None:
                    self.take(self.log, item)
        except (Malformed, Untrusted, Diverged, Incomplete) as error:
            self.visit.faults.append(str(error))

    def _take_file(self, item: Any) -> None:
        """Take a piece of a file if a record here names it."""
        match item:
            case ["file", bytes(sha256), bytes(data)] if len(sha256) == 32:
                offset = 0  # as it was written at first, in one piece
            case ["file", bytes(sha256), int(offset), bytes(data)] if len(sha256) == 32:
                pass
            case _:
                raise Malformed("This file has another shape.")
        if self.wanted is None:
            self.wanted = {each.sha256: each.size for each in wanted_files(self.node)}
        name = sha256.hex()
        if name in self.wanted:
            self.visit.files += take_piece(self.node, name, offset, data, self.wanted[name])

    def _open(self, item: Any) -> None:
        self.log = None
        match item:
            case ["log" | "snapshot" as what, bytes(office), str(audience), int(epoch), int(at)]:
                self.after = at
                self.take = self._take_frame if what == "log" else self._take_whole
            case [
                "state" as what, bytes(office), str(audience), int(epoch), int(at),
                int(offset), int(size),
            ]:  # fmt: skip
                self.offset, self.size, self.take = offset, size, self._take_state
            case _:
                raise Malformed("This part begins with something else than a log.")
        head = Head.read([office, audience, epoch, at, b""])
        if not is_for_us(self.node, head):
            return
        log = log_of_peer(self.node, head)
        if what != "log" and (epoch, at) <= position_of(log):
            return
        self.log = log
        if what == "state":
            # Kept as if this node had visited itself, until the last piece is here.
            self.state = IncomingState(self.node, self.node.office, log)
            self.state.begin((epoch, at))
            self.visit.begun.add(log.pk)

    def _take_frame(self, log: Log, data: bytes) -> None:
        self.log = None
        self.after += 1
        if self.after > log.sequence:
            if self.after > log.sequence + 1 or frame_hash(log, log.sequence) is None:
                return
            log = apply_frame(self.node, log.office, log.audience, data)
            self.visit.frames += 1
        self.log = log

    def _take_state(self, log: Log, item: bytes) -> None:
        data, state = cbor.decode(item), self.state
        if state is None or self.offset > state.size:
            self.log = None  # the part before this one is missing
            return
        state.add(self.offset, data)
        self.offset += len(data)
        if state.size >= self.size:
            self.visit.begun.discard(log.pk)
            self.log = None
            state.load()
            self.visit.snapshots += 1

    def _take_whole(self, log: Log, item: bytes) -> None:
        """Take a state as it was written at first, in one piece."""
        self.log = None
        load_snapshot(self.node, log, io.BytesIO(cbor.decode(item)))
        self.visit.snapshots += 1


def _folder(drive: Path) -> Path:
    """Give the folder on the drive, made if it is not there; raises Refused."""
    folder = drive / FOLDER
    if not drive.is_dir():
        raise Refused(_("There is no drive at %(path)s.") % {"path": drive})
    if folder.is_symlink():
        raise Refused(_("%(path)s is a link: nothing was written.") % {"path": folder})
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return folder


def _write(path: Path, data: bytes) -> Path:
    """Write a file whole, and read it back from the drive before it counts; raises Refused."""
    temporary = path.with_suffix(".TMP")
    try:
        temporary.unlink(missing_ok=True)
        with temporary.open("xb") as file:  # never through a link that lies there
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if temporary.read_bytes() != data:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        os.replace(temporary, path)
    except OSError as error:
        _discard(temporary)
        raise _unwritable(path, error) from error
    return path


def _discard(temporary: Path) -> None:
    with suppress(OSError):
        temporary.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> Refused:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return Refused(
            _(
                "There is no room left on the drive. The parts on it are whole; delete the folder "
                "kafo1 on it or take a larger one, and write again."
            )
        )
    return Refused(
        _("%(path)s cannot be written: %(error)s.") % {"path": path, "error": error.strerror}
    )
