"""A way to a peer over HTTP, on one connection that is kept."""

import http.client
import re
import socket
import uuid
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from kafo.federation.errors import Malformed, Untrusted
from kafo.federation.services.answering import Head
from kafo.federation.wire import cbor

MAX_ANSWER = 4 * 1024 * 1024
CHUNK = 16 * 1024
TIMEOUT = 60


class _InOnePiece(http.client.HTTPConnection):
    """Sends head and body of a request together: a packet more, and its answer, cost 104 bytes."""

    _parts: list[bytes] | None = None

    def request(self, *args: Any, **more: Any) -> None:
        self._parts = []
        try:
            super().request(*args, **more)
            whole = b"".join(self._parts)
        finally:
            self._parts = None
        self.send(whole)

    def send(self, data: Any) -> None:
        if self._parts is None:
            super().send(data)
        else:
            self._parts.append(data)


class _SecureInOnePiece(_InOnePiece, http.client.HTTPSConnection):
    pass


class HttpLink:
    """Speaks to the node of `office` at `address`; `moved` counts the bytes of bodies."""

    def __init__(self, office: uuid.UUID, address: str, timeout: float = TIMEOUT) -> None:
        self.office, self.moved = office, 0
        parts = urlsplit(address)
        secure = parts.scheme == "https"
        kind = _SecureInOnePiece if secure else _InOnePiece
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise Untrusted("The address of this office is not one of the web.")
        self._connection = kind(parts.hostname, parts.port, timeout=timeout)
        self._path = parts.path.rstrip("/")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def cut(self) -> None:
        """End what is under way, from another thread."""
        line = self._connection.sock
        if line:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def hello(self, data: bytes) -> bytes:
        """Open the exchange."""
        return self._ask("POST", "/federation/hello", data)

    def frames(
        self, token: bytes, head: Head, after: int, edition: int, skip: int
    ) -> Iterator[bytes]:
        """Fetch frames from a byte on."""
        path = f"{_log(head)}/{after}/{edition}"
        yield from self._stream(path, token, {"Range": f"bytes={skip}-"} if skip else {})

    def snapshot(
        self,
        token: bytes,
        head: Head,
        at_least: tuple[int, int],
        begun: tuple[int, int],
        skip: int,
    ) -> tuple[tuple[int, int], int, Iterator[bytes]]:
        """Fetch the state of a log, from a byte on when it is the one that was begun."""
        path = f"{_log(head)}/state?least={_joined(at_least)}"
        since = {"Range": f"bytes={skip}-", "If-Range": f'"{_joined(begun)}"'} if skip else {}
        response = self._send("GET", path, None, token, since)
        found = re.fullmatch(r'"(\d{1,12})\.(\d{1,12})"', response.headers.get("ETag", ""))
        if not found:
            raise Untrusted("The peer does not say where its state stands.")
        first = skip if response.status == HTTPStatus.PARTIAL_CONTENT else 0
        return (int(found[1]), int(found[2])), first, self._parts(response)

    def push(
        self, token: bytes, head: Head, after: int, edition: int, offset: int, data: bytes
    ) -> int:
        """Give frames from a byte on; give how many bytes are there now."""
        path = f"{_log(head)}/{after}/{edition}?at={offset}"
        return int(cbor.decode(self._ask("POST", path, data, token)))

    def give_snapshot(
        self,
        token: bytes,
        head: Head,
        position: tuple[int, int],
        offset: int,
        size: int,
        data: bytes,
    ) -> int:
        """Give the state of a log from a byte on; give how many bytes are there now."""
        path = f"{_log(head)}/state?state={_joined(position)}&at={offset}&of={size}"
        return int(cbor.decode(self._ask("POST", path, data, token)))

    def rosters(self, token: bytes, documents: list[bytes]) -> None:
        """Give newer versions of the roster."""
        self._ask("POST", "/federation/rosters", cbor.encode(documents), token)

    def offered(self, token: bytes, hashes: list[bytes]) -> list[bool]:
        """Ask which of these files the peer gives."""
        said = cbor.decode(self._ask("POST", "/federation/files", cbor.encode(hashes), token))
        if not isinstance(said, list) or len(said) != len(hashes):
            raise Untrusted("The peer does not answer what it was asked.")
        return [each is True for each in said]

    def file(self, token: bytes, sha256: str, first: int, last: int) -> Iterator[bytes]:
        """Fetch a file from one byte to another, both included."""
        wanted = {"Range": f"bytes={first}-{last}"}
        yield from self._stream(f"/federation/files/{sha256}", token, wanted)

    def missing(self, token: bytes) -> list[tuple[str, int]]:
        """Ask which files the peer misses, and how many bytes it has of each."""
        found = []
        for item in cbor.decode(self._ask("GET", "/federation/files", None, token)):
            match item:
                case [bytes(name), int(there)] if len(name) == 32 and there >= 0:
                    found.append((name.hex(), there))
                case _:
                    raise Malformed("This is no file that is missing.")
        return found

    def give_file(self, token: bytes, sha256: str, offset: int, data: bytes) -> int:
        """Give a file from a byte on; give how many bytes are there now."""
        path = f"/federation/files/{sha256}?at={offset}"
        return int(cbor.decode(self._ask("POST", path, data, token)))

    def _ask(self, method: str, path: str, data: bytes | None, token: bytes = b"") -> bytes:
        response = self._send(method, path, data, token, {})
        answer = self._read(response, MAX_ANSWER + 1)
        if response.length and len(answer) <= MAX_ANSWER:
            self.close()
            raise ConnectionError("The line was cut.")
        self.moved += len(data or b"") + len(answer)
        if len(answer) > MAX_ANSWER:
            self.close()
            raise Untrusted("The peer says too much at once.")
        return answer

    def _stream(self, path: str, token: bytes, headers: dict[str, str]) -> Iterator[bytes]:
        yield from self._parts(self._send("GET", path, None, token, headers))

    def _parts(self, response: http.client.HTTPResponse) -> Iterator[bytes]:
        try:
            while data := self._read(response, CHUNK):
                self.moved += len(data)
                yield data
            if response.length:
                raise ConnectionError("The line was cut.")
        finally:
            if response.length:  # nobody wants the rest
                self.close()
            response.close()  # else the connection takes no further request

    def _read(self, response: http.client.HTTPResponse, size: int) -> bytes:
        try:
            return response.read1(size) if size == CHUNK else response.read(size)
        except (http.client.HTTPException, OSError) as error:
            self.close()
            raise ConnectionError(str(error)) from error

    def _send(
        self,
        method: str,
        path: str,
        data: bytes | None,
        token: bytes,
        headers: dict[str, str],
    ) -> http.client.HTTPResponse:
        sent = {"Accept-Encoding": "identity", **headers}
        if token:
            sent["Authorization"] = f"Bearer {token.hex()}"
        try:
            self._connection.request(method, self._path + path, body=data, headers=sent)
            response = self._connection.getresponse()
        except (http.client.HTTPException, OSError) as error:
            self.close()
            raise ConnectionError(str(error)) from error
        if response.length is None and not response.chunked:  # its head is not whole
            self.close()
            raise ConnectionError("The line was cut.")
        if response.status >= 400:
            self._read(response, MAX_ANSWER)
            if response.status >= 500:
                raise ConnectionError("The peer is not well.")
            raise Untrusted("The peer does not give this.")
        return response


def _joined(position: tuple[int, int]) -> str:
    return f"{position[0]}.{position[1]}"


def _log(head: Head) -> str:
    return f"/federation/{head.office.hex}/{quote(head.audience, safe='')}"
