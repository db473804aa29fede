"""Bytes as an enemy would send them: damaged, cut, joined, and signed by an office that lies.

Counted, not timed: a few minutes in each run of tests/run, FUZZ=50000000 an hour,
FUZZ_SEED another hour. What fails is told with its seed, its number and its bytes.
"""

import json
import os
import random
from contextlib import contextmanager
from pathlib import Path

from kafo.federation.errors import Incomplete, Malformed, Untrusted
from kafo.federation.tests import second_reader
from kafo.federation.tests.test_wire import ENTRIES, KEY, KEYS, PLACE
from kafo.federation.wire import cbor, frames, rosters
from kafo.federation.wire.entries import decode_entry, read_entry

COUNT = int(os.environ.get("FUZZ", "2000000"))
SEED = int(os.environ.get("FUZZ_SEED", "2013"))
VECTORS = Path(__file__).parent / "vectors" / "1"
HEADS = [
    b"\x00", b"\x18\x18", b"\x1b" + b"\xff" * 8, b"\x40", b"\x58\x20", b"\x5b" + b"\xff" * 8,
    b"\x5f", b"\x60", b"\x80", b"\x81", b"\x98\xff", b"\x9a\xff\xff\xff\xff", b"\x9f", b"\xa0",
    b"\xa1", b"\xbb" + b"\x7f" * 8, b"\xbf", b"\xc2", b"\xd8\x18", b"\xf4", b"\xf6", b"\xf7",
    b"\xf9\x7e\x00", b"\xfb" + b"\x7f" * 8, b"\xff", b"\x28\xb5\x2f\xfd",
]  # fmt: skip
REFUSALS = (Malformed, Untrusted, Incomplete)


@contextmanager
def told(number, data):
    """Let a failure say how to have it again."""
    try:
        yield
    except Exception as error:
        error.add_note(f"FUZZ_SEED={SEED} FUZZ={COUNT}, number {number}: {data.hex()}")
        raise


def damaged(chance, data, others):
    """Give `data` with one to four faults."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(7):
            case 0:
                made[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                made[at : at + 1] = (
                    bytes([made[at] ^ 1 << chance.randrange(8)]) if made[at:] else b""
                )
            case 2:
                del made[at : at + chance.randint(1, 40)]
            case 3:
                made[at:at] = chance.choice(HEADS)
            case 4:
                head = chance.choice(HEADS)
                made[at : at + len(head)] = head
            case 5:
                other = chance.choice(others)
                begin = chance.randrange(len(other))
                made[at : at + 60] = other[begin : begin + chance.randint(1, 60)]
            case 6:
                del made[at:]
    return bytes(made)


def read_without_django(data):
    try:
        return second_reader.frame(
            data, PLACE.office, PLACE.audience, PLACE.epoch, PLACE.before, KEYS[0]
        )
    except (second_reader.Refused, ValueError, TypeError, IndexError):
        return None


def is_read(item):
    try:
        cbor.decode(item)
    except Malformed:
        return False
    return True


def recorded():
    """Give frames with the place where they stand, from the vectors, and one sealed here."""
    listed = json.loads((VECTORS / "vectors.json").read_text())["frames"]
    found = [
        (
            (VECTORS / each["file"]).read_bytes(),
            frames.Place(
                bytes.fromhex(each["office"]),
                each["audience"],
                each["epoch"],
                bytes.fromhex(each["before"]),
            ),
            [bytes.fromhex(each["key"])],
        )
        for each in listed
        if each["valid"]
    ]
    data, _ = frames.seal(
        key=KEY, place=PLACE, sequence=1, entries=ENTRIES, root=bytes(32), sealed_at=1
    )
    return [*found, (data, PLACE, KEYS), (frames.redact(data, [2, 7]), PLACE, KEYS)]


def test_it_believes_no_damaged_frame_and_never_breaks():
    chance = random.Random(SEED)
    whole = recorded()
    others = [data for data, _, _ in whole]
    known = {frames.read(data, place=place, keys=keys).hash for data, place, keys in whole}
    refused = 0
    for number in range(COUNT):
        data, place, keys = whole[number % len(whole)]
        wrong = damaged(chance, data, others)
        with told(number, wrong):
            try:
                frames.frame_end(wrong)
                frame = frames.read(wrong, place=place, keys=keys)
            except REFUSALS:
                refused += 1
                continue
            assert frame.hash in known  # what was damaged was undone, or is not signed
            for entry in frame.entries:
                assert entry is None or read_entry(entry) == decode_entry(entry)
    assert refused > COUNT * 0.9


def test_it_breaks_on_no_item_an_office_may_sign():
    """A member that lies signs what it wants: each entry is read as such or refused."""
    chance = random.Random(SEED + 1)
    others = [*ENTRIES, *(data for data, _, _ in recorded())]
    for number in range(COUNT // 60):
        entries = [
            damaged(chance, entry, others) if chance.random() < 0.3 else entry
            for entry in ENTRIES[: 1 + number % 9]
        ]
        data, sealed = frames.seal(
            key=KEY, place=PLACE, sequence=1, entries=entries, root=bytes(32), sealed_at=1
        )
        with told(number, data):
            check_signed(entries, data, sealed)


def check_signed(entries, data, sealed):
    try:
        frame = frames.read(data, place=PLACE, keys=KEYS)
    except Malformed:
        return
    except Untrusted:
        # Faults that join or part items: then these are not the entries that were signed.
        assert list(frames.entries_of(data)) != entries
        return
    assert frame.hash == sealed.hash
    agreed = read_without_django(data)
    assert (agreed is not None) == all(map(is_read, frame.entries))
    assert agreed is None or agreed[4] == frame.hash
    for entry in frame.entries:
        try:
            assert read_entry(entry) == decode_entry(entry)
        except Malformed:
            continue


def test_it_breaks_on_no_roster_and_no_item():
    chance = random.Random(SEED + 2)
    others = [data for data, _, _ in recorded()]
    state = (VECTORS / "log" / "state.cborseq").read_bytes()
    roster = rosters.sign_roster(
        rosters.RosterPayload(
            1, 2_000_000_000, 1, KEYS, [rosters.OfficeEntry(bytes(16), "Ségou", [(KEYS[0], None)])]
        ),
        [KEY],
    )
    for number in range(COUNT // 2):
        seed = (roster, ENTRIES[number % len(ENTRIES)], state)[number % 3]
        wrong = damaged(chance, seed, others)
        for attempt in (
            cbor.decode,
            decode_entry,
            lambda data: cbor.split(data, 1000),
            lambda data: rosters.read_roster(data, None, ""),
        ):
            with told(number, wrong):
                try:
                    attempt(wrong)
                except REFUSALS:
                    continue
