"""Frames: entries sealed together, the unit of trust. docs/federation-format.md is the contract.

frame  = bstr( [head bstr, signature bstr, body] )
head   = [sequence, root, sealed_at]           signed, together with `bound`, which is not sent
bound  = ["kafo-frame-1", office, audience, epoch, hash of the frame before, digest of the entries]
body   = [dictionary, seed, packed]            as sealed
       / [0, [salt...], [entry / hash...]]     after an erasure
"""

import hashlib
import hmac
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from mmap import mmap
from pathlib import Path
from typing import Any

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kafo.federation.errors import Incomplete, Malformed, Untrusted
from kafo.federation.wire import cbor, signatures

MAX_ENTRIES = 1024
MAX_FRAME = 1024 * 1024
MAX_UNPACKED = 768 * 1024  # so that a frame fits MAX_FRAME unpacked too, after an erasure
LEVEL = 19
DICTIONARY = 1
FIRST = bytes(32)  # the hash "before" the first frame of a log
_CONTEXT = "kafo-frame-1"
_DICTIONARIES = Path(__file__).parent / "dictionaries"


@dataclass(frozen=True)
class Place:
    """Where a frame stands: whose log, for whom, in which epoch, after which frame."""

    office: bytes
    audience: str
    epoch: int
    before: bytes


@dataclass(frozen=True)
class Frame:
    """A frame whose signature and entries were checked."""

    sequence: int
    root: bytes
    sealed_at: int
    entries: tuple[bytes | None, ...]  # None where an entry was erased since
    key: bytes
    hash: bytes
    digest: bytes
    head: bytes
    signature: bytes

    @property
    def statement(self) -> bytes:
        """Give what proves the state root without the entries, about 200 bytes."""
        return cbor.encode([self.head, self.signature, self.digest])


@cache
def _dictionary(number: int) -> zstandard.ZstdCompressionDict:
    path = _DICTIONARIES / f"{number}.zdict"
    if not 0 < number < 1000 or not path.is_file():
        raise Malformed("This dictionary is not known here.")
    return zstandard.ZstdCompressionDict(path.read_bytes())


@cache
def _compressor() -> zstandard.ZstdCompressor:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        LEVEL, write_checksum=False, write_dict_id=False, write_content_size=True
    )
    return zstandard.ZstdCompressor(
        dict_data=_dictionary(DICTIONARY), compression_params=parameters
    )


def seal(
    *,
    key: Ed25519PrivateKey,
    place: Place,
    sequence: int,
    entries: Sequence[bytes],
    root: bytes,
    sealed_at: int,
    seed: bytes | None = None,
) -> tuple[bytes, Frame]:
    """Give the bytes of a new frame, and the frame.

    `root` is the state root after the entries, `sealed_at` whole seconds since 1970; the seed is
    chance and is only given by tests.
    """
    seed = seed or os.urandom(16)
    packed = pack(b"".join(entries))
    digest = _digest(_salted(_salts(seed, len(entries)), entries))
    head = cbor.encode([sequence, root, sealed_at])
    bound = _bound(place, digest)
    signature = signatures.sign(key, head, bound)
    data = cbor.encode(cbor.encode([head, signature, [DICTIONARY, seed, packed]]))
    if len(data) > MAX_FRAME or len(entries) > MAX_ENTRIES:
        raise Malformed("Too much for one frame.")
    frame = Frame(
        sequence=sequence,
        root=root,
        sealed_at=sealed_at,
        entries=tuple(entries),
        key=signatures.public_bytes(key),
        hash=_hash(head, bound),
        digest=digest,
        head=head,
        signature=signature,
    )
    return data, frame


def frame_end(data: bytes | mmap, start: int = 0) -> int:
    """Give where the frame at `start` ends; raises Incomplete or Malformed."""
    if start >= len(data):
        raise Incomplete("No frame yet.")
    if data[start] >> 5 != 2:
        raise Malformed("No frame begins here.")
    width = max(0, (data[start] & 31) - 23)
    if width and len(data) < start + 1 + (1 << (width - 1)):
        raise Incomplete("The head of the frame is not whole yet.")
    _, length, position = cbor.head(data, start)
    if length > MAX_FRAME:
        raise Malformed("The frame is too large.")
    if position + length > len(data):
        raise Incomplete("The frame is not whole yet.")
    return position + length


@dataclass(frozen=True)
class Opened:
    """A frame taken apart, nothing of it believed yet."""

    head: bytes
    signature: bytes
    entries: tuple[bytes | None, ...]
    digest: bytes


def open_frame(data: bytes) -> Opened:
    """Take a frame apart; raises Malformed."""
    head, signature, body = _parts(data)
    _, entries, hashes = _open(body)
    return Opened(head, signature, tuple(entries), _digest(hashes))


def check(opened: Opened, *, place: Place, keys: Iterable[bytes]) -> Frame:
    """Check an opened frame against its place and the keys that may write there.

    Raises Malformed, or Untrusted when none of `keys` signed these entries at this place.
    """
    return _checked(opened.head, opened.signature, opened.digest, opened.entries, place, keys)


def read(data: bytes, *, place: Place, keys: Iterable[bytes]) -> Frame:
    """Take a frame apart and check it; raises Malformed or Untrusted."""
    return check(open_frame(data), place=place, keys=keys)


def read_statement(data: bytes, *, place: Place, keys: Iterable[bytes]) -> Frame:
    """Check a statement (a frame without its entries); raises Malformed or Untrusted."""
    match cbor.decode(data):
        case [bytes(head), bytes(signature), bytes(digest)]:
            return _checked(head, signature, digest, (), place, keys)
    raise Malformed("This is no statement.")


def entries_of(data: bytes) -> list[bytes | None]:
    """Give the entries of a frame that was checked before; raises Malformed."""
    return _open(_parts(data)[2])[1]


def redact(data: bytes, gone: Iterable[int]) -> bytes:
    """Give the frame with the entries at the positions `gone` replaced by their salted hashes.

    Its signature stays valid; the bytes are the same whoever does it.
    """
    head, signature, body = _parts(data)
    salts, entries, hashes = _open(body)
    kept: list[Any] = list(entries)
    for position in gone:
        kept[position], salts[position] = None, None
    parts = [hashes[n] if entry is None else [entry] for n, entry in enumerate(kept)]
    return cbor.encode(cbor.encode([head, signature, [0, salts, parts]]))


def _checked(
    head: bytes,
    signature: bytes,
    digest: bytes,
    entries: tuple[bytes | None, ...],
    place: Place,
    keys: Iterable[bytes],
) -> Frame:
    match cbor.decode(head):
        case [int(sequence), bytes(root), int(sealed_at)] if sequence > 0 and len(root) == 32:
            pass
        case _:
            raise Malformed("The head of the frame has another shape.")
    bound = _bound(place, digest)
    key = signatures.signer_of(keys, signature, head, bound)
    if key is None:
        raise Untrusted("Nobody who may write this log signed this frame at this place.")
    return Frame(
        sequence=sequence,
        root=root,
        sealed_at=sealed_at,
        entries=entries,
        key=key,
        hash=_hash(head, bound),
        digest=digest,
        head=head,
        signature=signature,
    )


def _parts(data: bytes) -> tuple[bytes, bytes, list[Any]]:
    if frame_end(data) != len(data):
        raise Malformed("Bytes follow the frame.")
    match cbor.decode(cbor.decode(data)):
        case [bytes(head), bytes(signature), [_, _, _] as body] if len(signature) == 64:
            return head, signature, body
    raise Malformed("The frame has another shape.")


def _open(body: list[Any]) -> tuple[list[bytes | None], list[bytes | None], list[bytes]]:
    """Give salts, entries and hashes."""
    match body:
        case [0, list(salts), list(parts)] if len(salts) == len(parts) <= MAX_ENTRIES:
            return _open_redacted(salts, parts)
        case [int(number), bytes(seed), bytes(packed)] if number > 0 and len(seed) == 16:
            entries = cbor.split(unpack(packed, number), MAX_ENTRIES)
            salts = _salts(seed, len(entries))
            return list(salts), list(entries), _salted(salts, entries)
    raise Malformed("The body of the frame has another shape.")


def _open_redacted(
    salts: list[Any], parts: list[Any]
) -> tuple[list[bytes | None], list[bytes | None], list[bytes]]:
    entries: list[bytes | None] = []
    hashes: list[bytes] = []
    for salt, part in zip(salts, parts, strict=True):
        match salt, part:
            case None, bytes(hash_) if len(hash_) == 32:
                entries.append(None)
                hashes.append(hash_)
            case bytes(salt_), [bytes(entry)] if len(salt_) == 16:
                if cbor.item_end(entry) != len(entry):
                    raise Malformed("An entry is not one item.")
                entries.append(entry)
                hashes += _salted([salt_], [entry])
            case _:
                raise Malformed("An erased entry has another shape.")
    return salts, entries, hashes


def pack(data: bytes) -> bytes:
    """Compress with the shipped dictionary."""
    return _compressor().compress(data)


def unpack(packed: bytes, number: int) -> bytes:
    """Undo `pack` with the dictionary of that number; raises Malformed."""
    dictionary = _dictionary(number)
    try:
        size = zstandard.frame_content_size(packed)
        if not 0 <= size <= MAX_UNPACKED:
            raise Malformed("The frame does not say how large it is, or is too large.")
        opened = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=1 << 23)
        data = opened.decompress(packed, max_output_size=MAX_UNPACKED, allow_extra_data=False)
    except (zstandard.ZstdError, MemoryError) as error:
        raise Malformed("The frame cannot be unpacked.") from error
    return data


def _salts(seed: bytes, count: int) -> list[bytes]:
    return [hmac.digest(seed, n.to_bytes(4), "sha256")[:16] for n in range(count)]


def _salted(salts: Sequence[bytes], entries: Sequence[bytes]) -> list[bytes]:
    return [
        hashlib.sha256(salt + entry).digest() for salt, entry in zip(salts, entries, strict=True)
    ]


def _digest(hashes: Iterable[bytes]) -> bytes:
    return hashlib.sha256(b"".join(hashes)).digest()


def _bound(place: Place, digest: bytes) -> bytes:
    return cbor.encode([_CONTEXT, place.office, place.audience, place.epoch, place.before, digest])


def _hash(head: bytes, bound: bytes) -> bytes:
    return hashlib.sha256(signatures.to_be_signed(head, bound)).digest()
