import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from kafo.federation.errors import Incomplete, Malformed, Untrusted
from kafo.federation.tests import second_reader
from kafo.federation.wire import cbor, frames, roots, signatures
from kafo.federation.wire.entries import Erase, Put, decode_entry, encode_entry

# FUZZ=200000 makes a long run of it.
fuzz = settings(max_examples=int(os.environ.get("FUZZ", "150")), deadline=None)
VECTORS = Path(__file__).parent / "vectors" / "1"
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"test").digest())
KEYS = [signatures.public_bytes(KEY)]
PLACE = frames.Place(bytes(16), "federation", 1, frames.FIRST)
ENTRIES = [encode_entry(Put(1, 1, 1, n, {0: bytes(16), 1: f"texte {n}"})) for n in range(20)]


def sealed(entries=ENTRIES):
    return frames.seal(
        key=KEY, place=PLACE, sequence=1, entries=entries, root=bytes(32), sealed_at=1
    )


def read(data, place=PLACE, keys=KEYS):
    return frames.read(data, place=place, keys=keys)


def wrapped(body, head=None):
    head = head or cbor.encode([1, bytes(32), 1])
    return cbor.encode(cbor.encode([head, bytes(64), body]))


def test_it_reads_what_it_sealed():
    data, frame = sealed()
    assert read(data) == frame
    assert frame.entries == tuple(ENTRIES)
    assert frames.read_statement(frame.statement, place=PLACE, keys=KEYS).hash == frame.hash
    assert len(frame.statement) < 200


@pytest.mark.parametrize(
    "vector", json.loads((VECTORS / "vectors.json").read_text())["frames"], ids=lambda v: v["file"]
)
def test_it_reads_every_vector_of_release_1(vector):
    place = frames.Place(
        bytes.fromhex(vector["office"]),
        vector["audience"],
        vector["epoch"],
        bytes.fromhex(vector["before"]),
    )
    data = (VECTORS / vector["file"]).read_bytes()
    if not vector["valid"]:
        with pytest.raises((Malformed, Untrusted, Incomplete)):
            read(data, place, [bytes.fromhex(vector["key"])])
        return
    frame = read(data, place, [bytes.fromhex(vector["key"])])
    assert {
        "sequence": frame.sequence,
        "root": frame.root.hex(),
        "sealed_at": frame.sealed_at,
        "hash": frame.hash.hex(),
        "entries": [entry and entry.hex() for entry in frame.entries],
    } == vector["is"]


def test_it_has_a_second_reader_that_agrees_without_django():
    done = subprocess.run(
        [sys.executable, "-S", second_reader.__file__, VECTORS],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": next(p for p in sys.path if p.endswith("site-packages"))},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    source = Path(second_reader.__file__).read_text()
    assert "import django" not in source
    assert "import kafo" not in source


def test_it_erases_an_entry_and_keeps_the_signature():
    data, frame = sealed()
    redacted = frames.redact(data, [3, 5])
    again = read(redacted)
    assert again.hash == frame.hash
    assert [n for n, entry in enumerate(again.entries) if entry is None] == [3, 5]
    assert b"texte 3" not in redacted
    assert b"texte 4" in redacted
    assert frames.redact(redacted, [7]) == frames.redact(data, [7, 3, 5])


def test_it_gives_no_way_to_guess_an_erased_entry():
    data, _ = sealed()
    redacted = frames.redact(data, [3])
    salts = {bytes(s) for s in cbor.decode(cbor.decode(redacted))[2][1] if s}
    hashes = {hashlib.sha256(salt + ENTRIES[3]).digest() for salt in salts}
    assert not any(hash_ in redacted for hash_ in hashes)


def test_it_refuses_a_frame_at_another_place():
    data, _ = sealed()
    for place in (
        frames.Place(bytes(15) + b"1", "federation", 1, frames.FIRST),
        frames.Place(bytes(16), "public", 1, frames.FIRST),
        frames.Place(bytes(16), "federation", 2, frames.FIRST),
        frames.Place(bytes(16), "federation", 1, bytes(31) + b"1"),
    ):
        with pytest.raises(Untrusted):
            read(data, place)
    with pytest.raises(Untrusted):
        read(data, keys=[bytes(32)])


def test_it_waits_for_the_rest_of_a_frame():
    data, _ = sealed()
    for length in range(len(data)):
        with pytest.raises(Incomplete):
            frames.frame_end(data[:length])
    assert frames.frame_end(data + b"x") == len(data)


def test_it_refuses_a_bomb_before_it_is_unpacked():
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(500_000_000))
    unsized = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(5_000_000))
    for packed in (bomb, unsized):
        assert len(packed) < 100_000
        with pytest.raises(Malformed):
            read(wrapped([1, bytes(16), packed]))


@pytest.mark.parametrize(
    "data",
    [
        b"\x81" * 100_000,
        b"\x9b" + b"\xff" * 8,
        b"\xbb" + b"\xff" * 8,
        b"\x5b" + b"\xff" * 8,
        b"\x9f\xff",
        b"\xc4\x82\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\xd8\x1c\x80",
        b"\x18\x00",
        b"\xa2\x01\x01\x01\x02",
        b"\xa1\x40\x01",
        b"\xa1\x80\x01",
        b"\xa1\xf4\x01",
        b"\xf7",
        b"",
        b"\x61\xff",
    ],
)
def test_it_refuses_forms_that_hide_more_than_they_show(data):
    with pytest.raises(Malformed):
        cbor.decode(data)


def test_it_reads_the_largest_item_without_recursion():
    nested = b"\x81" * 15 + b"\x01"
    assert cbor.item_end(nested) == 16
    with pytest.raises(Malformed):
        cbor.item_end(b"\x81" * 40 + b"\x01")


@fuzz
@given(st.binary(max_size=400))
def test_it_never_breaks_on_any_bytes(data):
    for attempt in (read, cbor.decode, decode_entry, frames.entries_of):
        try:
            attempt(data)
        except (Malformed, Untrusted, Incomplete):
            continue


@fuzz
@given(st.data())
def test_it_never_breaks_on_a_damaged_frame(data):
    good, _ = sealed(ENTRIES[:5])
    if data.draw(st.booleans()):
        good = frames.redact(good, [1])
    damaged = bytearray(good)
    for position in data.draw(st.lists(st.integers(0, len(good) - 1), min_size=1, max_size=3)):
        damaged[position] ^= data.draw(st.integers(1, 255))
    try:
        frame = read(bytes(damaged))
    except (Malformed, Untrusted, Incomplete):
        return
    assert frame.entries[0] == ENTRIES[0]  # damage undone by a second flip of the same byte


@fuzz
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.binary() | st.text()
        | st.floats(allow_nan=False),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 99), inner),
        max_leaves=12,
    )
)  # fmt: skip
def test_it_reads_back_what_it_writes_and_so_does_the_second_reader(value):
    data = cbor.encode(value)
    assert cbor.decode(data) == value
    assert second_reader.whole(data) == value


@fuzz
@given(st.dictionaries(st.integers(0, roots.MOST_RECORDS - 1), st.binary(), max_size=40), st.data())
def test_it_keeps_the_same_root_whatever_the_order(state, data):
    leaves = {number: roots.leaf(value) for number, value in state.items()}
    whole = roots.root_of(leaves)
    assert second_reader.root_of(leaves) == whole
    stored, root = {}, roots.EMPTY

    def children_of(keys):
        return {key: stored[key] for key in keys & set(stored)}

    numbers = data.draw(st.permutations(list(leaves)))
    for each in (numbers[::2], numbers[1::2]):
        if each:
            root, changed = roots.update({n: leaves[n] for n in each}, children_of)
            stored |= changed
    assert root == whole
    if leaves:
        root, _ = roots.update(dict.fromkeys(leaves, roots.EMPTY), children_of)
        assert root == roots.EMPTY


def test_it_passes_over_an_operation_of_a_later_release():
    assert decode_entry(cbor.encode([99, "new"])) is None
    assert decode_entry(encode_entry(Erase(4))) == Erase(4)
    for wrong in ([1, 2], [2, -1], [2, "x"], ["1"], [], {}, [1, 1, 1, 1, 1, {"a": 1}]):
        with pytest.raises(Malformed):
            decode_entry(cbor.encode(wrong))
