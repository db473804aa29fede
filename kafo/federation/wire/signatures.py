"""COSE_Sign1 and COSE_Sign (RFC 9052) with Ed25519, over the bytes as they were received."""

from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kafo.federation.wire import cbor

PROTECTED = bytes.fromhex("a10127")  # {1: -8}: the algorithm is EdDSA


def to_be_signed(payload: bytes, bound: bytes) -> bytes:
    """Give the Sig_structure of a COSE_Sign1; `bound` is signed but not sent (external_aad)."""
    return cbor.encode(["Signature1", PROTECTED, bound, payload])


def sign(key: Ed25519PrivateKey, payload: bytes, bound: bytes) -> bytes:
    """Give the 64 bytes of the signature."""
    return key.sign(to_be_signed(payload, bound))


def signer_of(
    keys: Iterable[bytes], signature: bytes, payload: bytes, bound: bytes
) -> bytes | None:
    """Give the public key among `keys` that made the signature, or None."""
    message = to_be_signed(payload, bound)
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        except (InvalidSignature, ValueError):
            continue
        return key
    return None


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """Give the 32 bytes of the public half."""
    return key.public_key().public_bytes_raw()
