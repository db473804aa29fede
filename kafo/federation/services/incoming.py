"""Incoming: bytes of a stream that is not whole yet, kept so that none is sent twice."""

import os
import uuid
from mmap import ACCESS_READ, mmap
from pathlib import Path

from kafo.federation.enums import AlarmKind
from kafo.federation.errors import Diverged, Incomplete, Malformed, Untrusted
from kafo.federation.models import Log
from kafo.federation.node import Node
from kafo.federation.services.applying import apply_frame
from kafo.federation.services.sealing import raise_alarm
from kafo.federation.services.snapshots import load_snapshot
from kafo.federation.wire import frames

MAX_STATE = 2 * 1024 * 1024 * 1024


class Incoming:
    """The stream of one peer for one log: the frames after a sequence, in one edition."""

    def __init__(self, node: Node, peer: uuid.UUID, log: Log) -> None:
        self.node, self.peer, self.log = node, peer, log
        self.after, self.edition, self.size = log.sequence, -1, 0
        self.fault: Exception | None = None
        self._is_whole, self._done = False, 0
        found = sorted((node.home / "incoming").glob(f"{peer.hex}-{log.pk}-*.part"))
        self._path: Path | None = found[-1] if found else None
        if self._path:
            _, _, after, edition = self._path.stem.split("-")
            self.after, self.edition = int(after), int(edition)
            self.size = self._path.stat().st_size
        self._sequence = self.after

    def begin(self, after: int, edition: int) -> None:
        """Go on with the stream that is here, or begin this one."""
        if self._path and (self.after, self.edition) == (after, edition):
            return
        self.drop()
        self.after, self.edition, self.size = after, edition, 0
        self._sequence, self._done = after, 0
        name = f"{self.peer.hex}-{self.log.pk}-{after}-{edition}.part"
        self._path = self.node.home / "incoming" / name

    def add(self, offset: int, data: bytes) -> None:
        """Append bytes that belong at `offset`; what is here already is passed over."""
        if self._path is None or offset > self.size:
            raise Malformed("Bytes are missing before these.")
        fresh = data[self.size - offset :]
        _append(self._path, fresh)
        self.size += len(fresh)

    def apply(self) -> int:
        """Apply each whole frame; give how many. One that cannot be believed ends the stream."""
        if self._path is None or not self.size or not self._path.exists():
            return 0
        # Each request of a push begins anew: of what was applied before, only heads are read.
        with self._path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            return self._apply_frames(data)

    def _apply_frames(self, data: mmap) -> int:
        applied = 0
        while self._done < len(data):
            try:
                end = frames.frame_end(data, self._done)
                self._sequence += 1
                if self._sequence > self.log.sequence:
                    self.log = apply_frame(
                        self.node, self.log.office, self.log.audience, data[self._done : end]
                    )
                    applied += 1
            except Incomplete:
                break
            except (Malformed, Untrusted, Diverged) as error:
                self.fault = error
                self.drop()
                return applied
            self._done = end
        self._is_whole = self._done == len(data)
        return applied

    def settle(self) -> None:
        """Apply what is here, and forget the bytes when no part of a frame is left."""
        self.apply()
        if self._is_whole:
            self.drop()

    def complain(self) -> None:
        """Raise the alarm for what ended the stream."""
        if self.fault:
            diverged = isinstance(self.fault, Diverged)
            kind = AlarmKind.DIVERGED if diverged else AlarmKind.UNTRUSTED
            raise_alarm(self.node, kind, f"{self.fault} ({self.peer})", self.log)

    def drop(self) -> None:
        """Forget the bytes."""
        if self._path:
            self._path.unlink(missing_ok=True)
        self._path, self.size = None, 0
        self.after, self.edition = self.log.sequence, -1


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


class IncomingState:
    """The state of one log from one peer, kept in a file until it is whole."""

    def __init__(self, node: Node, peer: uuid.UUID, log: Log) -> None:
        self.node, self.peer, self.log = node, peer, log
        found = sorted((node.home / "incoming").glob(f"{peer.hex}-{log.pk}-*.state"))
        self._path: Path | None = found[-1] if found else None
        self.position, self.size = (0, 0), 0
        if self._path:
            epoch, _, sequence = self._path.stem.split("-")[2].partition(".")
            self.position = int(epoch), int(sequence)
            self.size = self._path.stat().st_size

    def begin(self, position: tuple[int, int]) -> None:
        """Go on with the state that is here, or begin this one."""
        if self._path and self.position == position:
            return
        self.drop()
        name = f"{self.peer.hex}-{self.log.pk}-{position[0]}.{position[1]}.state"
        self._path, self.position = self.node.home / "incoming" / name, position

    def add(self, offset: int, data: bytes) -> None:
        """Append bytes that belong at `offset`; what is here already is passed over."""
        if self._path is None or offset > self.size:
            raise Malformed("Bytes are missing before these.")
        fresh = data[self.size - offset :]
        if self.size + len(fresh) > MAX_STATE:
            self.drop()
            raise Malformed("The state is too large.")
        _append(self._path, fresh)
        self.size += len(fresh)

    def load(self) -> None:
        """Take the state; forget the bytes unless the power fails before it is in the database."""
        if self._path is None or not self._path.exists():
            raise Malformed("There is no state.")
        try:
            with self._path.open("rb") as file:
                self.log = load_snapshot(self.node, self.log, file)
        except (Malformed, Untrusted, Diverged):
            self.drop()
            raise
        self.drop()

    def drop(self) -> None:
        """Forget the bytes."""
        if self._path:
            self._path.unlink(missing_ok=True)
        self._path, self.position, self.size = None, (0, 0), 0
