"""The roster: who is an office, under which keys. Versioned and signed as TUF signs its root.

document = [payload bstr, [[key, signature]...]]
payload  = [version, expires_at, threshold, [root key...], [office...], {circle: [office id...]}]
office   = [id, name, [[key, null / {audience: [epoch, sequence]}]...], [address...], age recipient]

A key with a map was revoked: it is believed up to that frame of each log, and not at all elsewhere.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kafo.federation.errors import Malformed, Untrusted
from kafo.federation.wire import cbor, signatures

_BOUND = cbor.encode("kafo-roster-1")
Limits = dict[str, list[int]]


@dataclass(frozen=True)
class OfficeEntry:
    """An office as the roster states it."""

    id: bytes
    name: str
    keys: list[tuple[bytes, Limits | None]]
    addresses: list[str] = field(default_factory=list)
    recipient: str = ""

    @property
    def is_revoked(self) -> bool:
        """Say whether no key of its server is believed any more."""
        return bool(self.keys) and all(limits is not None for _, limits in self.keys)


@dataclass(frozen=True)
class RosterPayload:
    """What a version of the roster says."""

    version: int
    expires_at: int
    threshold: int
    roots: list[bytes]
    offices: list[OfficeEntry]
    circles: dict[str, list[bytes]] = field(default_factory=dict)

    def office(self, id_: bytes) -> OfficeEntry | None:
        """Give the entry of an office."""
        return next((office for office in self.offices if office.id == id_), None)

    def believes(self, office: bytes, key: bytes, audience: str, epoch: int, sequence: int) -> bool:
        """Say whether what `key` signed at this place of a log of `office` is believed."""
        entry = self.office(office)
        for known, limits in entry.keys if entry else []:
            if known == key:
                return limits is None or [epoch, sequence] <= limits.get(audience, [0, 0])
        return False

    def reads(self, audience: str, office: bytes, reader: bytes) -> bool:
        """Say whether `reader` is among those that a log of `office` for `audience` is for."""
        if audience == "home":
            return False
        if audience == "public" or reader == office:
            return True
        if self.office(reader) is None:
            return False
        if audience == "federation":
            return True
        return audience == f"to:{reader.hex()}" or reader in self.circles.get(audience, [])

    @property
    def fingerprint(self) -> str:
        """Give 60 digits that stand for the root keys, to be compared over the telephone."""
        digest = hashlib.sha256(cbor.encode([self.threshold, *sorted(self.roots)])).digest()
        digits = f"{int.from_bytes(digest) % 10**60:060}"
        return " ".join(digits[at : at + 5] for at in range(0, 60, 5))


def sign_roster(payload: RosterPayload, keys: Iterable[Ed25519PrivateKey]) -> bytes:
    """Give the document, signed by `keys`."""
    data = cbor.encode(
        [
            payload.version,
            payload.expires_at,
            payload.threshold,
            payload.roots,
            [
                [o.id, o.name, [list(key) for key in o.keys], o.addresses, o.recipient]
                for o in payload.offices
            ],
            payload.circles,
        ]
    )
    signed = [[signatures.public_bytes(key), signature_of(data, key)] for key in keys]
    return cbor.encode([data, signed])


def signature_of(data: bytes, key: Ed25519PrivateKey) -> bytes:
    """Give the signature of a holder over a payload as it stands in a document."""
    return signatures.sign(key, data, _BOUND)


def read_roster(
    document: bytes, before: RosterPayload | None, fingerprint: str = ""
) -> RosterPayload:
    """Check a version against the one before, or the first one against its fingerprint.

    Raises Malformed or Untrusted.
    """
    data, good = _signers(document)
    payload = _payload(data)
    if len(good & set(payload.roots)) < payload.threshold or payload.threshold < 1:
        raise Untrusted("Too few of its own holders signed this roster.")
    if before is None:
        if payload.fingerprint != fingerprint:
            raise Untrusted("The fingerprint of this roster is another one.")
        return payload
    if payload.version != before.version + 1:
        raise Untrusted("This roster does not follow the one that is known here.")
    if len(good & set(before.roots)) < before.threshold:
        raise Untrusted("Too few of the holders known so far signed this roster.")
    return payload


def trusted_payload(document: bytes) -> RosterPayload:
    """Read a version that was checked before."""
    return _payload(cbor.decode(document)[0])


def _signers(document: bytes) -> tuple[bytes, set[bytes]]:
    match cbor.decode(document):
        case [bytes(data), list(signed)] if len(signed) <= 20:
            pass
        case _:
            raise Malformed("This is no roster.")
    good = set()
    for each in signed:
        match each:
            case [bytes(key), bytes(signature)]:
                if signatures.signer_of([key], signature, data, _BOUND):
                    good.add(key)
            case _:
                raise Malformed("This is no roster.")
    return data, good


def _payload(data: bytes) -> RosterPayload:
    try:
        version, expires_at, threshold, roots, offices, circles = cbor.decode(data)
        entries = [
            OfficeEntry(id_, name, [(key, limits) for key, limits in keys], addresses, recipient)
            for id_, name, keys, addresses, recipient in offices
        ]
        payload = RosterPayload(version, expires_at, threshold, roots, entries, circles)
        numbers = (version, expires_at, threshold)
        if not all(isinstance(number, int) for number in numbers) or len(set(roots)) != len(roots):
            raise Malformed("This is no roster.")
    except (TypeError, ValueError) as error:
        raise Malformed("This is no roster.") from error
    return payload
