"""Supersede: what this office wrote to a drive before goes, once it is there anew and whole.

A part for others cannot be opened here. So the node remembers how each one begins: age draws that
anew for every part.
"""

import hashlib
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from kafo.federation.node import Node
from kafo.federation.wire import cbor
from kafo.records.durable import write_whole

REMEMBERED = 2000
_BEGINNING = 256


def written_before(node: Node, office: uuid.UUID, parts: Iterable[Path]) -> list[Path]:
    """Give those of the parts on a drive that this node wrote for `office`."""
    known = {mark for of, mark in _remembered(node) if of == office.bytes}
    return [path for path in parts if known and _mark(path) in known]


def remember(node: Node, office: uuid.UUID, parts: Iterable[Path]) -> None:
    """Remember parts that were written for `office`."""
    new = [[office.bytes, _mark(path)] for path in parts]
    write_whole(_path(node), cbor.encode([*_remembered(node), *new][-REMEMBERED:]))


def drop(parts: Iterable[Path]) -> None:
    """Delete parts; one that cannot be deleted does no harm."""
    for path in parts:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _path(node: Node) -> Path:
    return node.home / "written.cbor"


def _remembered(node: Node) -> list[list[bytes]]:
    path = _path(node)
    return list(cbor.load(path.read_bytes())) if path.is_file() else []


def _mark(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.sha256(file.read(_BEGINNING)).digest()[:16]
    except OSError:
        return b""
