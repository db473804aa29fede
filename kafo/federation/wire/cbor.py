"""CBOR (RFC 8949) as the format allows it: deterministic, without tags, bounded before it is read.

What comes from outside is walked first, byte by byte and without recursion; only then
`cbor2` reads it.
"""

from mmap import mmap
from typing import Any

import cbor2

from kafo.federation.errors import Malformed

MAX_DEPTH = 16
MAX_ITEM = 4 * 1024 * 1024
_SIMPLE = {20, 21, 22}  # false, true, null
_FLOAT64 = 27
_KEYS = {0, 1, 3}
_TAG = 6 << 5  # from here on heads that need a closer look
_END = 0xFF


def encode(value: Any) -> bytes:
    """Give the deterministic encoding of `value` (RFC 8949, section 4.2)."""
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes) -> Any:
    """Read exactly one item; raises Malformed."""
    if item_end(data) != len(data):
        raise Malformed("Bytes follow the item.")
    return load(data)


def load(data: bytes) -> Any:
    """Read an item that was walked before, or written here; raises Malformed."""
    try:
        return cbor2.loads(data, max_depth=MAX_DEPTH + 1, allow_duplicate_keys=False)
    except (cbor2.CBORError, ValueError, TypeError) as error:
        raise Malformed("The item cannot be read.") from error


def item_end(data: bytes, start: int = 0) -> int:
    """Give the position after the item at `start`; raises Malformed for what the format forbids."""
    position, left, size, most = start, 1, len(data), start + MAX_ITEM
    above: list[tuple[int, bool]] = []
    in_map = False
    while True:
        while not left:
            if not above:
                return position
            left, in_map = above.pop()
        is_key = in_map and not left & 1
        left -= 1
        first = data[position] if position < size else _END
        if first & 31 < 24 and first < _TAG:
            major, argument, position = first >> 5, first & 31, position + 1
        else:
            major, argument, position = head(data, position)
        if is_key and major not in _KEYS:
            raise Malformed("A key is a number or a text.")
        if major == 2 or major == 3:
            position += argument
        elif major == 4 or major == 5:
            if argument > size or len(above) >= MAX_DEPTH:
                raise Malformed("The item is nested too deep or promises more than there is.")
            above.append((left, in_map))
            left, in_map = argument * (major - 3), major == 5
        if position > size:
            raise Malformed("The item ends early.")
        if position > most:
            raise Malformed("The item is too large.")


def split(data: bytes, at_most: int) -> list[bytes]:
    """Cut a sequence of items (RFC 8742) into the bytes of each; raises Malformed."""
    items, position = [], 0
    while position < len(data):
        end = item_end(data, position)
        items.append(data[position:end])
        position = end
        if len(items) > at_most:
            raise Malformed("Too many items in one frame.")
    return items


def head(data: bytes | mmap, position: int) -> tuple[int, int, int]:
    """Give major type, argument and the position after the head; raises Malformed."""
    if position >= len(data):
        raise Malformed("The item ends early.")
    major, info = data[position] >> 5, data[position] & 31
    position += 1
    if info < 24:
        argument = info
    elif info <= 27:
        width = 1 << (info - 24)
        argument = int.from_bytes(data[position : position + width])
        if position + width > len(data):
            raise Malformed("The item ends early.")
        if major != 7 and argument < (24 if width == 1 else 1 << (width * 4)):
            raise Malformed("A number is longer than it need be.")
        position += width
    else:
        raise Malformed("Indefinite lengths are not allowed.")
    if major == 6:
        raise Malformed("Tags are not allowed.")
    if major == 7 and info not in _SIMPLE and info != _FLOAT64 and info not in (25, 26):
        raise Malformed("This simple value is not allowed.")
    return major, argument, position
