"""Entries: what a log says. Each is a CBOR array that begins with the number of its operation."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from kafo.federation.errors import Malformed
from kafo.federation.wire import cbor

PUT, ERASE, RELEASE, ACCEPT, BRANCH = 1, 2, 3, 4, 5
ID = 0  # the field number of the record's id, sent once, with the first fields


class Put(NamedTuple):
    """Fields of a record are set; the first time with its id under number 0."""

    kind: int
    schema: int
    min_reader: int
    number: int
    fields: Mapping[int, Any]


class Erase(NamedTuple):
    """A record is to be erased everywhere."""

    number: int


class Release(NamedTuple):
    """The holder of the pen lays it down for `key`; the log is frozen until that key answers."""

    key: bytes


class Accept(NamedTuple):
    """The key that was named takes the pen (or, when not `taken`, gives it back)."""

    taken: bool


class Branch(NamedTuple):
    """A new epoch begins after the frame before this one, whatever the old epoch said later."""

    epoch: int


Entry = Put | Erase | Release | Accept | Branch
_NUMBERS: dict[type, int] = {
    Put: PUT,
    Erase: ERASE,
    Release: RELEASE,
    Accept: ACCEPT,
    Branch: BRANCH,
}
_KINDS: dict[int, type] = {number: kind for kind, number in _NUMBERS.items()}
_SHAPES: dict[int, tuple[type, ...]] = {
    PUT: (int, int, int, int, dict),
    ERASE: (int,),
    RELEASE: (bytes,),
    ACCEPT: (bool,),
    BRANCH: (int,),
}


def encode_entry(entry: Entry) -> bytes:
    """Give the bytes of an entry."""
    return cbor.encode([_NUMBERS[type(entry)], *entry])


def decode_entry(data: bytes) -> Entry | None:
    """Read an entry; None for an operation of a later release; raises Malformed."""
    return _entry(cbor.decode(data))


def read_entry(data: bytes) -> Entry | None:
    """Read an entry of a frame that was opened, and thereby walked; else as `decode_entry`."""
    return _entry(cbor.load(data))


def _entry(item: Any) -> Entry | None:
    if not isinstance(item, list) or not item or type(item[0]) is not int:
        raise Malformed("An entry is not an array with an operation.")
    shape = _SHAPES.get(item[0])
    if shape is None:
        return None
    values = item[1:]
    if len(values) != len(shape) or any(
        type(v) is not t for v, t in zip(values, shape, strict=True)
    ):
        raise Malformed("An entry has another shape than its operation.")
    if any(type(value) is int and value < 0 for value in values):
        raise Malformed("A number below zero.")
    if item[0] == PUT and any(type(number) is not int or number < 0 for number in values[4]):
        raise Malformed("A field without a number.")
    entry: Entry = _KINDS[item[0]](*values)
    return entry
