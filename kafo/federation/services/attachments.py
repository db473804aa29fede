"""Files that records name: they follow the text, the smallest and most named first.

A file is known by its SHA-256, so it does not matter who gives it. It is given to those alone who
may read a record that names it.
"""

import fcntl
import os
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.db.models import Count, Exists, Max, OuterRef

from kafo.federation.errors import Malformed, Untrusted
from kafo.federation.models import Held, Log
from kafo.federation.node import Node
from kafo.federation.wire import cbor
from kafo.records.files import FileStore
from kafo.records.models import FileReference
from kafo.records.signals import file_arrived

AT_ONCE = 500
PIECE = 64 * 1024


class FileLink(Protocol):
    """A way to a peer that gives files. Each method may raise ConnectionError at any byte."""

    def offered(self, token: bytes, hashes: list[bytes]) -> list[bool]: ...

    def file(self, token: bytes, sha256: str, first: int, last: int) -> Iterator[bytes]: ...

    def missing(self, token: bytes) -> list[tuple[str, int]]: ...

    def give_file(self, token: bytes, sha256: str, offset: int, data: bytes) -> int: ...


@dataclass(frozen=True)
class Wanted:
    """A file that records name and that is not here."""

    sha256: str
    size: int


def files_of(node: Node) -> FileStore:
    """Give the files of a node."""
    return FileStore(node.home.parent / "files")


def wanted_files(node: Node) -> list[Wanted]:
    """Give the files that are missing, those first that cost the fewest bytes for each record."""
    here = files_of(node).names()
    named = (
        FileReference.objects.using(node.using)
        .values("sha256")
        .annotate(size=Max("size"), records=Count("pk"))
        .values_list("sha256", "size", "records")
    )
    missing = [
        (size / records, sha256, size) for sha256, size, records in named if sha256 not in here
    ]
    return [Wanted(sha256, size) for _, sha256, size in sorted(missing)]


def may_read_file(node: Node, client: uuid.UUID, sha256: str) -> bool:
    """Say whether `client` may read a record that names the file."""
    named = FileReference.objects.using(node.using).filter(sha256=sha256).values("record_id")
    logs = (
        Held.objects.using(node.using)
        .filter(record_id__in=named)
        .values_list("log__office", "log__audience")
        .distinct()
    )
    roster = node.roster
    return roster is not None and any(
        roster.reads(audience, office.bytes, client.bytes) for office, audience in logs
    )


def offered_files(node: Node, client: uuid.UUID, hashes: list[Any]) -> list[bool]:
    """Say of each file whether `client` gets it here; raises Malformed."""
    if len(hashes) > AT_ONCE or not all(isinstance(h, bytes) and len(h) == 32 for h in hashes):
        raise Malformed("These are no hashes of files.")
    here = files_of(node).names()
    return [each.hex() in here and may_read_file(node, client, each.hex()) for each in hashes]


def readable_file(node: Node, client: uuid.UUID, sha256: str) -> Path:
    """Give where a file lies that `client` may read; raises Untrusted."""
    path = files_of(node).path(sha256)
    if path is None or not may_read_file(node, client, sha256):
        raise Untrusted("There is no such file.")
    return path


def pieces_of(path: Path, first: int, end: int) -> Iterator[bytes]:
    """Give the bytes of a file from `first` up to `end`."""
    with path.open("rb") as file:
        file.seek(first)
        while first < end and (data := file.read(min(PIECE, end - first))):
            first += len(data)
            yield data


def fetch_files(node: Node, link: FileLink, token: bytes, *, at_most: int | None = None) -> int:
    """Fetch what is missing and the peer has, up to so many bytes; give how many came.

    A file that was begun goes on from that byte at the next visit, with whatever peer.
    """
    wanted = wanted_files(node)
    _drop_drafts(node, {each.sha256 for each in wanted})
    missing = wanted[:AT_ONCE]
    if not missing or (at_most is not None and at_most <= 0):
        return 0
    has = link.offered(token, [bytes.fromhex(each.sha256) for each in missing])
    moved = 0
    for each, is_there in zip(missing, has, strict=False):
        left = None if at_most is None else at_most - moved
        if left is not None and left <= 0:
            break
        if is_there:
            moved += _fetch(node, link, token, each, left)
    return moved


def _fetch(node: Node, link: FileLink, token: bytes, wanted: Wanted, at_most: int | None) -> int:
    """Fetch one file or a part of it; a whole one that is not what its name says is deleted."""
    draft = node.home / "incoming" / f"{wanted.sha256}.file"
    came = 0
    with _open_draft(node, wanted.sha256) as file:
        if file is None:
            return 0
        first = file.tell()
        last = wanted.size if at_most is None else min(wanted.size, first + at_most)
        if first < last:
            try:
                for piece in link.file(token, wanted.sha256, first, last - 1):
                    came += len(piece)
                    if first + came > last:
                        raise Untrusted("The peer gives more than it was asked for.")
                    file.write(piece)
            except Untrusted:
                return came
            finally:
                file.flush()
                os.fsync(file.fileno())
        if draft.stat().st_size >= wanted.size:
            take_draft(node, draft, wanted.sha256)
    return came


@contextmanager
def _open_draft(node: Node, sha256: str) -> Iterator[BinaryIO | None]:
    """Open what is here of a file, to go on at its end; None while it comes from another peer."""
    path = node.home / "incoming" / f"{sha256}.file"
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        file.seek(0, os.SEEK_END)
        is_same = path.is_file() and os.path.samestat(path.stat(), os.fstat(file.fileno()))
        yield file if is_same else None


def take_draft(node: Node, draft: Path, sha256: str) -> bool:
    """Take a whole file if it is what its name says, and tell of it; else delete it."""
    if not files_of(node).take(draft, sha256):
        return False
    file_arrived.send(None, sha256=sha256, using=node.using)
    return True


def missing_files(node: Node, client: uuid.UUID) -> list[tuple[str, int]]:
    """Give the files missing here that `client` may read, and how many bytes are here of each."""
    return [
        (each.sha256, _begun(node, each.sha256))
        for each in wanted_files(node)[:AT_ONCE]
        if may_read_file(node, client, each.sha256)
    ]


def take_file(node: Node, client: uuid.UUID, sha256: str, offset: int, data: bytes) -> int:
    """Take bytes of a file that a client gives; give how many are here now. Raises Untrusted.

    Nothing is taken but what a record names that the client may read, and no byte more.
    """
    named = FileReference.objects.using(node.using).filter(sha256=sha256)
    size = named.aggregate(size=Max("size"))["size"]
    if size is None or offset + len(data) > size or not may_read_file(node, client, sha256):
        raise Untrusted("This file is not wanted.")
    if files_of(node).path(sha256) is not None:
        return int(size)
    take_piece(node, sha256, offset, data, size)
    return int(size) if files_of(node).path(sha256) else _begun(node, sha256)


def _begun(node: Node, sha256: str) -> int:
    draft = node.home / "incoming" / f"{sha256}.file"
    return draft.stat().st_size if draft.is_file() else 0


def give_files(
    node: Node, link: FileLink, token: bytes, office: uuid.UUID, *, at_most: int | None = None
) -> int:
    """Give the peer the files it misses and may read, up to so many bytes; give how many went."""
    moved = 0
    for sha256, there in link.missing(token):
        path = files_of(node).path(sha256)
        if path is None or not may_read_file(node, office, sha256):
            continue
        end = path.stat().st_size
        if at_most is not None:
            end = min(end, there + at_most - moved)
        for data in pieces_of(path, there, end):
            there += len(data)
            moved += len(data)
            if link.give_file(token, sha256, there - len(data), data) != there:
                break  # it was not what its name says, or it comes from another meanwhile
    return moved


def _drop_drafts(node: Node, wanted: Collection[str]) -> None:
    """Delete what was begun of files that no record names any more."""
    for draft in (node.home / "incoming").glob("*.file"):
        if draft.stem not in wanted:
            draft.unlink(missing_ok=True)


def files_for(node: Node, client: uuid.UUID, at_most: int) -> Iterator[tuple[list[Any], bytes]]:
    """Give the files that `client` may read, the smallest first, up to so many bytes.

    Each is given in pieces, as items for a stick.
    """
    store = files_of(node)
    named = FileReference.objects.using(node.using).values("sha256").annotate(size=Max("size"))
    left = at_most
    for sha256, size in named.order_by("size", "sha256").values_list("sha256", "size"):
        if size > left:
            return
        path = store.path(sha256)
        if path is not None and may_read_file(node, client, sha256):
            left -= size
            offset = 0
            for data in pieces_of(path, 0, path.stat().st_size):
                yield [], cbor.encode(["file", bytes.fromhex(sha256), offset, data])
                offset += len(data)


def size_of_files(node: Node, logs: Collection[Log], at_most: int) -> int:
    """Give what the files named in `logs` weigh on a stick, as `files_for` takes them."""
    here = files_of(node).names()
    held = Held.objects.using(node.using).filter(record_id=OuterRef("record_id"), log__in=logs)
    named = FileReference.objects.using(node.using).filter(Exists(held)).values("sha256")
    total = 0
    for sha256, size in (
        named.annotate(size=Max("size")).order_by("size").values_list("sha256", "size")
    ):
        if total + size > at_most:
            break
        total += size if sha256 in here else 0
    return total


def take_piece(node: Node, sha256: str, offset: int, data: bytes, size: int) -> int:
    """Take a piece of a file of `size`, by line or stick; give how many bytes were new."""
    draft = node.home / "incoming" / f"{sha256}.file"
    if offset > _begun(node, sha256) or files_of(node).path(sha256) is not None:
        return 0  # a piece before this one is missing, or the file is here whole
    with _open_draft(node, sha256) as file:
        if file is None:
            return 0
        here = file.tell()
        fresh = data[max(0, here - offset) :]
        file.write(fresh)
        file.flush()
        if here + len(fresh) >= size and not take_draft(node, draft, sha256):
            return 0
    return len(fresh)
