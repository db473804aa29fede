"""A second reader of frames, from docs/federation-format.md alone: no Django, nothing of Kafo.

python second_reader.py FOLDER checks every vector of the folder and prints one line for each.
"""

import hashlib
import hmac
import json
import sys
from pathlib import Path

import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DICTIONARIES = Path(__file__).parents[1] / "wire" / "dictionaries"


class Refused(Exception):
    pass


def item(data, at, depth=0):
    """Read one CBOR item; give the value and where it ends."""
    if depth > 16 or at >= len(data):
        raise Refused("nested too deep, or ends early")
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if info > 27:
        raise Refused("length not stated")
    if info >= 24:
        width = 1 << (info - 24)
        raw = data[at : at + width]
        if len(raw) < width:
            raise Refused("ends early")
        at += width
    else:
        width, raw = 0, bytes([info])
    argument = int.from_bytes(raw, "big")
    if major == 7:
        return simple(info, raw), at
    if width and argument < (24 if width == 1 else 1 << width * 4):
        raise Refused("a number longer than it need be")
    if major == 0:
        return argument, at
    if major == 1:
        return -1 - argument, at
    if major in (2, 3):
        if at + argument > len(data):
            raise Refused("ends early")
        raw = data[at : at + argument]
        try:
            return (raw if major == 2 else raw.decode()), at + argument
        except UnicodeDecodeError as error:
            raise Refused("text that is not UTF-8") from error
    if major == 4:
        values = []
        for _ in range(argument):
            value, at = item(data, at, depth + 1)
            values.append(value)
        return values, at
    if major == 5:
        pairs = {}
        for _ in range(argument):
            key, at = item(data, at, depth + 1)
            if type(key) not in (int, str) or key in pairs:
                raise Refused("a key twice, or one that is neither number nor text")
            pairs[key], at = item(data, at, depth + 1)
        return pairs, at
    raise Refused("a tag")


def simple(info, raw):
    import struct

    if info in (20, 21, 22):
        return {20: False, 21: True, 22: None}[info]
    if info in (25, 26, 27):
        return struct.unpack({25: ">e", 26: ">f", 27: ">d"}[info], raw)[0]
    raise Refused("a simple value")


def whole(data):
    value, end = item(data, 0)
    if end != len(data):
        raise Refused("bytes follow")
    return value


def head(major, number):
    """Write the head of an item, as short as it can be."""
    if number < 24:
        return bytes([major << 5 | number])
    width = next(w for w in (1, 2, 4, 8) if number < 1 << 8 * w)
    return bytes([major << 5 | 23 + {1: 1, 2: 2, 4: 3, 8: 4}[width]]) + number.to_bytes(
        width, "big"
    )


def array(*parts):
    return head(4, len(parts)) + b"".join(parts)


def text(value):
    return head(3, len(value.encode())) + value.encode()


def blob(value):
    return head(2, len(value)) + value


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def opened(body):
    """Give the entries (None where erased) and the salted hashes."""
    if body[0] == 0:
        entries, hashes = [], []
        for salt, part in zip(body[1], body[2], strict=True):
            gone = salt is None
            entries.append(None if gone else part[0])
            hashes.append(part if gone else sha(salt, part[0]))
        return entries, hashes
    dictionary = zstandard.ZstdCompressionDict((DICTIONARIES / f"{body[0]}.zdict").read_bytes())
    if not 0 <= zstandard.frame_content_size(body[2]) <= 768 * 1024:
        raise Refused("too large")
    try:
        data = zstandard.ZstdDecompressor(dict_data=dictionary).decompress(body[2])
    except zstandard.ZstdError as error:
        raise Refused("not zstd") from error
    entries, at = [], 0
    while at < len(data):
        _, end = item(data, at)
        entries.append(data[at:end])
        at = end
    salts = [
        hmac.new(body[1], n.to_bytes(4, "big"), "sha256").digest()[:16] for n in range(len(entries))
    ]
    return entries, [sha(salt, entry) for salt, entry in zip(salts, entries, strict=True)]


def frame(data, office, audience, epoch, before, key):
    """Check one frame; give (sequence, root, sealed_at, entries, hash)."""
    first, signature, body = whole(whole(data))
    entries, hashes = opened(body)
    bound = array(
        text("kafo-frame-1"),
        blob(office),
        text(audience),
        head(0, epoch),
        blob(before),
        blob(sha(*hashes)),
    )
    signed = array(text("Signature1"), blob(bytes.fromhex("a10127")), blob(bound), blob(first))
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except InvalidSignature as error:
        raise Refused("signature") from error
    sequence, root, sealed_at = whole(first)
    return sequence, root, sealed_at, entries, sha(signed)


def root_of(leaves):
    """Give the state root of {record number: leaf}."""
    below = dict(leaves)
    for _ in range(4):
        nodes = {}
        for number, value in below.items():
            nodes.setdefault(number // 64, bytearray(64 * 32))[
                number % 64 * 32 : number % 64 * 32 + 32
            ] = value
        below = {
            index: sha(b"\x01", bytes(node)) if any(node) else bytes(32)
            for index, node in nodes.items()
        }
    return below.get(0, bytes(32))


def check(folder, vector):
    data = (folder / vector["file"]).read_bytes()
    place = (
        bytes.fromhex(vector["office"]),
        vector["audience"],
        vector["epoch"],
        bytes.fromhex(vector["before"]),
    )
    try:
        sequence, root, sealed_at, entries, hash_ = frame(
            data, *place, bytes.fromhex(vector["key"])
        )
    except (Refused, ValueError, TypeError, IndexError):
        return vector["valid"] is False
    found = {
        "sequence": sequence,
        "root": root.hex(),
        "sealed_at": sealed_at,
        "hash": hash_.hex(),
        "entries": [entry and entry.hex() for entry in entries],
    }
    return vector["valid"] is True and found == vector["is"]


def main(folder):
    vectors = json.loads((folder / "vectors.json").read_text())
    held = {vector["file"]: check(folder, vector) for vector in vectors["frames"]}
    for number, each in enumerate(vectors["roots"]):
        leaves = {int(n): bytes.fromhex(leaf) for n, leaf in each["leaves"].items()}
        held[f"root {number}"] = root_of(leaves).hex() == each["root"]
    return held


if __name__ == "__main__":
    results = main(Path(sys.argv[1]))
    for name, holds in results.items():
        sys.stdout.write(f"{'holds' if holds else 'FAILS'}  {name}\n")
    sys.exit(not all(results.values()))
