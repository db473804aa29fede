"""Pictures and documents of the baked sites; a broken download goes on where it stopped."""

import mimetypes
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

Headers = list[tuple[str, str]]

_PIECE = 64 * 1024
_FOR_EVER = "max-age=31536000, immutable"
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
_PICTURES = {
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".png": "image/png",
}


def _pieces(path: Path, start: int, length: int) -> Iterator[bytes]:
    with open(path, "rb") as file:
        file.seek(start)
        while length > 0 and (piece := file.read(min(_PIECE, length))):
            length -= len(piece)
            yield piece


def send_media(
    environ: dict[str, Any],
    start_response: Callable[..., Any],
    path: Path,
    always: Headers,
) -> Iterable[bytes]:
    """Send a file whose name changes with its content, so that it is kept for ever.

    `always` are the headers of all answers that a browser could take for a page.
    """
    if kind := _PICTURES.get(path.suffix):
        return _send_picture(environ, start_response, path, kind)
    return _send_document(environ, start_response, path, always)


def _send_picture(
    environ: dict[str, Any], start_response: Callable[..., Any], path: Path, kind: str
) -> Iterable[bytes]:
    """Send a picture with few headers: a list shows twenty, and theirs would weigh as much.

    It is of a kind that holds no script and that no browser may take for another, so that none of
    what shuts in a page is missing.
    """
    size = path.stat().st_size
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(size)),
        ("Cache-Control", _FOR_EVER),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else _pieces(path, 0, size)


def _send_document(
    environ: dict[str, Any], start_response: Callable[..., Any], path: Path, always: Headers
) -> Iterable[bytes]:
    size = path.stat().st_size
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    etag = f'"{path.name}"'.encode("ascii", "ignore").decode()
    headers = [
        ("Content-Type", kind),
        ("Content-Disposition", "attachment"),
        ("Cache-Control", _FOR_EVER),
        ("ETag", etag),
        ("Accept-Ranges", "bytes"),
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
        *always,
    ]
    if environ.get("HTTP_IF_NONE_MATCH") == etag:
        start_response("304 Not Modified", headers)
        return []
    start, end, status = 0, size, "200 OK"
    asked = _RANGE.fullmatch(environ.get("HTTP_RANGE", "").strip())
    if asked and environ.get("HTTP_IF_RANGE", etag) == etag:
        start, end = int(asked[1]), min(int(asked[2]) + 1 if asked[2] else size, size)
        if start >= end:
            headers.append(("Content-Range", f"bytes */{size}"))
            start_response("416 Range Not Satisfiable", [*headers, ("Content-Length", "0")])
            return []
        status = "206 Partial Content"
        headers.append(("Content-Range", f"bytes {start}-{end - 1}/{size}"))
    headers.append(("Content-Length", str(end - start)))
    start_response(status, headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        return []
    return _pieces(path, start, end - start)
