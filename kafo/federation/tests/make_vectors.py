"""Write the vectors of the format: python -m kafo.federation.tests.make_vectors

Run it only for a new release of the format, into a new folder: the old vectors are what peers sent.
"""

import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kafo.federation.wire import frames, roots
from kafo.federation.wire.cbor import encode
from kafo.federation.wire.entries import Accept, Branch, Erase, Put, Release, encode_entry

FOLDER = Path(__file__).parent / "vectors" / "1"
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"vector key").digest())
OFFICE = hashlib.sha256(b"vector office").digest()[:16]
SEED = bytes(range(16))


def record(number):
    return encode_entry(
        Put(3, 1, 1, number, {0: bytes([number]) * 16, 1: f"Séminaire {number}", 2: 1.5, 3: None})
    )


CASES = {
    "one": [record(0)],
    "many": [record(number) for number in range(200)],
    "edit": [encode_entry(Put(3, 2, 1, 7, {1: "Séminaire de juin", 4: [True, {"fr": "oui"}]}))],
    "erase": [encode_entry(Erase(7))],
    "release": [encode_entry(Release(bytes(32)))],
    "accept": [encode_entry(Accept(True))],
    "branch": [encode_entry(Branch(2))],
    "later": [encode([99, "an operation of a later release"])],
    "empty": [],
}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    listed, before = [], frames.FIRST

    def write(name, data, place, frame=None):
        (FOLDER / f"{name}.cbor").write_bytes(data)
        listed.append(
            {
                "file": f"{name}.cbor",
                "office": place.office.hex(),
                "audience": place.audience,
                "epoch": place.epoch,
                "before": place.before.hex(),
                "key": KEY.public_key().public_bytes_raw().hex(),
                "valid": frame is not None,
            }
        )
        if frame:
            listed[-1]["is"] = {
                "sequence": frame.sequence,
                "root": frame.root.hex(),
                "sealed_at": frame.sealed_at,
                "hash": frame.hash.hex(),
                "entries": [entry and entry.hex() for entry in frame.entries],
            }

    for sequence, (name, entries) in enumerate(CASES.items(), start=1):
        place = frames.Place(OFFICE, "federation", 1, before)
        data, frame = frames.seal(
            key=KEY,
            place=place,
            sequence=sequence,
            entries=entries,
            root=hashlib.sha256(name.encode()).digest(),
            sealed_at=1_800_000_000 + sequence,
            seed=SEED,
        )
        write(name, data, place, frame)
        before = frame.hash
        if name == "many":
            redacted = frames.redact(data, [0, 17, 199])
            public = KEY.public_key().public_bytes_raw()
            write("redacted", redacted, place, frames.read(redacted, place=place, keys=[public]))
            for wrong, where in {
                "wrong-audience": frames.Place(OFFICE, "public", 1, place.before),
                "wrong-epoch": frames.Place(OFFICE, "federation", 2, place.before),
                "wrong-before": frames.Place(OFFICE, "federation", 1, frames.FIRST),
            }.items():
                write(wrong, data, where)
            for position in (40, 90, len(data) // 2, len(data) - 1):
                flipped = bytearray(data)
                flipped[position] ^= 1
                write(f"flipped-{position}", bytes(flipped), place)
            write("truncated", data[:-1], place)
    spread = {number * 29: bytes([number]) for number in range(200)}
    states = [{}, {0: b"a"}, {63: b"a", 64: b"b"}, {64**3: b"c"}, spread]
    trees = []
    for state in states:
        leaves = {number: roots.leaf(value) for number, value in state.items()}
        trees.append(
            {
                "leaves": {str(number): leaf.hex() for number, leaf in leaves.items()},
                "root": roots.root_of(leaves).hex(),
            }
        )
    (FOLDER / "vectors.json").write_text(
        json.dumps({"frames": listed, "roots": trees}, indent=0, ensure_ascii=False) + "\n"
    )


if __name__ == "__main__":
    main()
