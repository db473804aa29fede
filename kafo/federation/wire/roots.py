"""The state root: one hash over all records of a log, a tree of four levels with 64 branches
each, by record number.

An erased record is a leaf of zeros, so the root tells nothing of what was erased.
"""

import hashlib
from collections.abc import Callable, Mapping

BRANCHES = 64
LEVELS = 4
MOST_RECORDS = BRANCHES**LEVELS
EMPTY = bytes(32)
Nodes = Mapping[tuple[int, int], bytes]


def leaf(state: bytes) -> bytes:
    """Give the leaf of a record whose encoded [id, kind, schema, min_reader, fields] is `state`."""
    return hashlib.sha256(b"\x00" + state).digest()


def node_hash(children: bytes) -> bytes:
    """Give the hash of a node from the hashes of its children, zeros where there is none."""
    return EMPTY if not children.strip(b"\x00") else hashlib.sha256(b"\x01" + children).digest()


def update(
    leaves: Mapping[int, bytes], children_of: Callable[[set[tuple[int, int]]], Nodes]
) -> tuple[bytes, dict[tuple[int, int], bytes]]:
    """Put `leaves` (by record number, at least one) into a tree; give root and changed nodes.

    `children_of` gives the stored nodes, keyed (level, index), for a set of keys.
    """
    changed: dict[tuple[int, int], bytes] = {}
    below = dict(leaves)
    for level in range(LEVELS):
        keys = {(level, number // BRANCHES) for number in below}
        stored = children_of(keys)
        nodes = {key: bytearray(stored.get(key, bytes(32 * BRANCHES))) for key in keys}
        for number, value in below.items():
            at = 32 * (number % BRANCHES)
            nodes[level, number // BRANCHES][at : at + 32] = value
        changed |= {key: bytes(children) for key, children in nodes.items()}
        below = {index: node_hash(bytes(node)) for (_, index), node in nodes.items()}
    return below[0], changed


def root_of(leaves: Mapping[int, bytes]) -> bytes:
    """Give the root of a whole state."""
    return update(leaves, lambda keys: {})[0] if leaves else EMPTY
