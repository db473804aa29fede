"""This node: which database, which folder, which keys. One process may hold several, by alias."""

import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kafo.federation.errors import Malformed
from kafo.federation.models import Log, Roster
from kafo.federation.wire import cbor, signatures
from kafo.federation.wire.rosters import RosterPayload, read_roster, trusted_payload
from kafo.records.durable import write_whole

_nodes: dict[str, "Node"] = {}
_receiving: ContextVar[bool] = ContextVar("receiving", default=False)

# The list of offices as one page has read it; None elsewhere.
_asked: ContextVar[dict[str, RosterPayload | None] | None] = ContextVar("asked", default=None)


@contextmanager
def asking_once() -> Iterator[None]:
    """Read the list of offices once, however often it is asked for."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


@contextmanager
def receiving() -> Iterator[None]:
    """Mark that rows are written as another office stated them: nothing is captured or refused."""
    token = _receiving.set(True)
    try:
        yield
    finally:
        _receiving.reset(token)


def is_receiving() -> bool:
    """Say whether rows are being written as received."""
    return _receiving.get()


@dataclass
class Node:
    """One installation. `office` is whom it speaks for; it may hold the pens of others too."""

    using: str
    home: Path
    office: uuid.UUID
    now: Callable[[], float] = time.time
    _marks: tuple[tuple[int, int], dict[str, list[Any]]] | None = None
    _roster: tuple[int, RosterPayload] | None = None
    _keys: dict[Path, Ed25519PrivateKey] = field(default_factory=dict)

    @classmethod
    def create(cls, using: str, home: Path, office: uuid.UUID, **options: Any) -> "Node":
        """Make the folder of a new node with its keys."""
        node = cls(using, home, office, **options)
        home.mkdir(parents=True, mode=0o700)
        (home / "incoming").mkdir()
        (home / "keys").mkdir(mode=0o700)
        write_whole(home / "age.key", str(pyrage.x25519.Identity.generate()).encode(), mode=0o600)
        node.add_key(office)
        node.write_marks({})
        return node

    def add_key(self, office: uuid.UUID) -> bytes:
        """Make a key for the pen of `office`; give its public half."""
        key = Ed25519PrivateKey.generate()
        write_whole(self.home / "keys" / office.hex, key.private_bytes_raw(), mode=0o600)
        return signatures.public_bytes(key)

    def prepare_key(self, office: uuid.UUID) -> bytes:
        """Make a key with which the pen of `office` may be taken up later; give its public half.

        It signs greetings until then, and writes nothing.
        """
        path = self._key_path(office, ".next")
        if not path.is_file():
            write_whole(path, Ed25519PrivateKey.generate().private_bytes_raw(), mode=0o600)
        return signatures.public_bytes(self._read_key(path))

    def prepared(self, office: uuid.UUID) -> bytes:
        """Give the public half of the prepared key, or nothing."""
        path = self._key_path(office, ".next")
        return signatures.public_bytes(self._read_key(path)) if path.is_file() else b""

    def promote_key(self, office: uuid.UUID) -> None:
        """Let the prepared key be the one for the pen of `office`."""
        os.replace(self._key_path(office, ".next"), self._key_path(office))
        self._keys.clear()

    def demote_key(self, office: uuid.UUID) -> None:
        """Keep the key for the pen of `office` for greetings only."""
        os.replace(self._key_path(office), self._key_path(office, ".next"))
        self._keys.clear()

    def drop_key(self, office: uuid.UUID) -> None:
        """Forget the keys for the pen of `office`."""
        for ending in ("", ".next"):
            self._key_path(office, ending).unlink(missing_ok=True)
        self._keys.clear()

    def key(self, office: uuid.UUID) -> Ed25519PrivateKey | None:
        """Give the key for the pen of `office`, or None when it is not held here.

        Another process may take it away at any time, so the file is looked for each time.
        """
        path = self._key_path(office)
        return self._read_key(path) if path.is_file() else None

    def greeting_key(self) -> Ed25519PrivateKey | None:
        """Give the key with which this node greets others: its pen, or the one prepared."""
        path = self._key_path(self.office, ".next")
        return self.key(self.office) or (self._read_key(path) if path.is_file() else None)

    def forget(self) -> None:
        """Forget what was read of the folder, after it was moved."""
        self._keys.clear()
        self._marks = None

    def _key_path(self, office: uuid.UUID, ending: str = "") -> Path:
        return self.home / "keys" / f"{office.hex}{ending}"

    def _read_key(self, path: Path) -> Ed25519PrivateKey:
        if path not in self._keys:
            self._keys[path] = Ed25519PrivateKey.from_private_bytes(path.read_bytes())
        return self._keys[path]

    def pens(self) -> list[uuid.UUID]:
        """Give the offices whose pens are held here."""
        names = os.listdir(self.home / "keys")
        return [uuid.UUID(hex=name) for name in names if "." not in name]

    def hosts(self) -> bool:
        """Say whether the pen of another office is held here."""
        return any(office != self.office for office in self.pens())

    def writes(self, office: uuid.UUID) -> bool:
        """Say whether the pen of `office` is held here."""
        return self.key(office) is not None

    @property
    def identity(self) -> pyrage.x25519.Identity:
        """Give the age identity that bundles for this node are encrypted to."""
        return pyrage.x25519.Identity.from_str((self.home / "age.key").read_text())

    @property
    def roster(self) -> RosterPayload | None:
        """Give the newest roster, or None before the first."""
        kept = _asked.get()
        if kept is not None and self.using in kept:
            return kept[self.using]
        rows = Roster.objects.using(self.using).order_by("-version")
        newest = rows.values_list("version", flat=True).first() if self._roster else None
        if self._roster is None or self._roster[0] != newest:
            row = rows.first()
            self._roster = (row.version, trusted_payload(bytes(row.data))) if row else None
        found = self._roster[1] if self._roster else None
        if kept is not None:
            kept[self.using] = found
        return found

    def accept_roster(self, document: bytes, fingerprint: str = "") -> bool:
        """Take the next version, or the first by its fingerprint; give whether it was new.

        Raises Malformed or Untrusted.
        """
        before = self.roster
        if before and trusted_version(document) <= before.version:
            return False
        payload = read_roster(document, before, fingerprint)
        Roster.objects.using(self.using).create(version=payload.version, data=document)
        (_asked.get() or {}).pop(self.using, None)
        return True

    # The marks say how far this node has spoken in each log. They lie outside the database and its
    # backups, so that a database from a backup is recognised as older than what peers may hold.

    @property
    def marks(self) -> dict[str, list[Any]] | None:
        """Give [epoch, sequence, hash] by log, or None when the file is lost."""
        path = self.home / "marks.cbor"
        try:
            found = path.stat()
        except FileNotFoundError:
            return None
        version = found.st_ino, found.st_mtime_ns  # another process may have written it
        if self._marks is None or self._marks[0] != version:
            self._marks = version, cbor.decode(path.read_bytes())
        return self._marks[1]

    def write_marks(self, marks: dict[str, list[Any]]) -> None:
        """Replace the marks."""
        write_whole(self.home / "marks.cbor", cbor.encode(marks), mode=0o600)

    def mark(self, log: Log) -> None:
        """Note how far this node has spoken in `log`; before that, nobody is told."""
        said = [log.epoch, log.sequence, bytes(log.head_hash)]
        with (self.home / "marks.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # commands run beside the server
            self.write_marks({**(self.marks or {}), mark_name(log): said})

    def is_behind(self, log: Log) -> bool:
        """Say whether the database has less of its own log than was said, or may have."""
        if self.marks is None:
            return True
        said = self.marks.get(mark_name(log))
        return said is not None and [log.epoch, log.sequence] < said[:2]


def mark_name(log: Log) -> str:
    """Give the name of a log among the marks: office and audience."""
    return f"{log.office.hex}/{log.audience}"


def trusted_version(document: bytes) -> int:
    """Give the version that a document claims; raises Malformed."""
    try:
        return int(cbor.decode(cbor.decode(document)[0])[0])
    except (TypeError, IndexError, KeyError, ValueError, OverflowError) as error:
        raise Malformed("This is no roster.") from error


def register_node(node: Node) -> None:
    """Let the writes to a database be captured for `node`."""
    _nodes[node.using] = node


def forget_node(using: str) -> None:
    """End what `register_node` began."""
    _nodes.pop(using, None)


def node_of(using: str) -> Node | None:
    """Give the node of a database, or None."""
    return _nodes.get(using)
