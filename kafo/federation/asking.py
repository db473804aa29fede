"""The first word of a new server to the one that invited it: before there is an office here.

Knows no database: the id of the office comes with the answer.
"""

import base64
import hashlib
import hmac
import http.client
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kafo.federation.errors import Malformed, Untrusted
from kafo.federation.wire import cbor
from kafo.records.durable import write_whole

_ASKED, _ANSWERED = b"kafo-join-1", b"kafo-join-2"
_MISREAD = str.maketrans({"0": "O", "1": "I", "8": "B"})
MAX_ANSWER = 256 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """What the inviting server says to one that knows the code."""

    giver: bytes
    office: bytes
    name: str
    is_hosted: bool
    stage: str
    rosters: list[bytes] = field(default_factory=list)


def new_code() -> bytes:
    """Give the secret of an invitation: 80 bits, short enough for the telephone."""
    return os.urandom(10)


def code_words(secret: bytes) -> str:
    """Give the secret as four groups of four letters and digits."""
    text = base64.b32encode(secret).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def read_code(words: str) -> bytes:
    """Read what `code_words` gave, as somebody heard and typed it; raises Malformed."""
    text = "".join(c for c in words.upper() if c.isalnum()).translate(_MISREAD)
    try:
        secret = base64.b32decode(text)
    except ValueError as error:
        raise Malformed("This code is not whole.") from error
    if len(secret) != 10:
        raise Malformed("This code is not whole.")
    return secret


def digits_of(key: bytes) -> str:
    """Give 20 digits that stand for the key of a server, to be compared over the telephone."""
    digits = f"{int.from_bytes(hashlib.sha256(key).digest()) % 10**20:020}"
    return " ".join(digits[at : at + 5] for at in range(0, 20, 5))


def sealed(secret: bytes, item: list[Any], *, is_answer: bool = False) -> bytes:
    """Give bytes that only one who knows the code could have made."""
    data = cbor.encode(item)
    return cbor.encode([data, _mac(secret, data, is_answer)])


def opened(secret: bytes, data: bytes, *, is_answer: bool = False) -> Any:
    """Read what `sealed` gave; raises Malformed, or Untrusted when the code is another one."""
    match cbor.decode(data):
        case [bytes(item), bytes(mac)]:
            if not hmac.compare_digest(mac, _mac(secret, item, is_answer)):
                raise Untrusted("This was not said by one who knows the code.")
            return cbor.decode(item)
    raise Malformed("This is no question to join.")


def _mac(secret: bytes, data: bytes, is_answer: bool) -> bytes:
    begin = _ANSWERED if is_answer else _ASKED
    return hmac.digest(secret, begin + data, "sha256")


def ask(address: str, secret: bytes, key: bytes, recipient: str, own_address: str) -> Answer:
    """Show our key to the inviting server, or hear how far it is.

    Raises ConnectionError when it does not answer, Untrusted when it does not know the code.
    """
    data = _post(address, "/federation/join", sealed(secret, [key, recipient, own_address]))
    match opened(secret, data, is_answer=True):
        case [bytes(giver), bytes(office), str(name), bool(hosted), str(stage), list(rosters)]:
            return Answer(giver, office, name, hosted, stage, rosters)
    raise Malformed("This is no answer to a question to join.")


def fetch_home(address: str, secret: bytes, key: bytes) -> bytes:
    """Give what only the office itself may read, encrypted; raises as `ask` does."""
    return _post(address, "/federation/join/home", sealed(secret, [key]))


def say_held(address: str, secret: bytes, key: bytes, digest: bytes) -> None:
    """Say that what was fetched is held whole; raises as `ask` does, Untrusted if it differs."""
    data = _post(address, "/federation/join/held", sealed(secret, [key, digest]))
    if opened(secret, data, is_answer=True) != [True]:
        raise Untrusted("The other side gave something else.")


def _post(address: str, path: str, body: bytes) -> bytes:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Untrusted("The address of the invitation is not one of the web.")
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=30)
    try:
        connection.request("POST", parts.path.rstrip("/") + path, body)
        response = connection.getresponse()
        data = response.read(MAX_ANSWER)
    except (http.client.HTTPException, OSError) as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()
    if response.status != 200:
        raise Untrusted("The other server does not know this code. Ask for a new invitation.")
    return data


@dataclass
class Newcomer:
    """The keys of a server that is not an office yet, kept so that asking again is the same."""

    home: Path
    key: Ed25519PrivateKey
    identity: pyrage.x25519.Identity

    @classmethod
    def begin(cls, home: Path) -> "Newcomer":
        """Give the keys that were made in `home`, or make them."""
        path = home / "joining.key"
        if path.is_file():
            raw, identity = cbor.decode(path.read_bytes())
            key = Ed25519PrivateKey.from_private_bytes(raw)
            return cls(home, key, pyrage.x25519.Identity.from_str(identity))
        made = cls(home, Ed25519PrivateKey.generate(), pyrage.x25519.Identity.generate())
        home.mkdir(parents=True, exist_ok=True)
        raw = made.key.private_bytes_raw()
        write_whole(path, cbor.encode([raw, str(made.identity)]), mode=0o600)
        return made

    @property
    def public(self) -> bytes:
        """Give the public half of the key."""
        return self.key.public_key().public_bytes_raw()

    def settle(self, office: bytes) -> None:
        """Make the folder of the node from the keys: they greet, and write nothing yet."""
        folder = self.home / "federation"
        if folder.is_dir():
            return
        part = self.home / ".federation-new"
        for each in (part, part / "incoming", part / "keys"):
            each.mkdir(mode=0o700, exist_ok=True)
        raw = self.key.private_bytes_raw()
        write_whole(part / "keys" / f"{office.hex()}.next", raw, mode=0o600)
        write_whole(part / "age.key", str(self.identity).encode(), mode=0o600)
        write_whole(part / "marks.cbor", cbor.encode({}), mode=0o600)
        part.rename(folder)

    def forget(self) -> None:
        """Forget the keys here, once the invitation is noted: until then joining may break off."""
        (self.home / "joining.key").unlink(missing_ok=True)
