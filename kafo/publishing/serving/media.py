"""Pictures and documents of the baked sites; a broken download goes on where it stopped."""

import mimetypes
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

_PIECE = 64 * 1024
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
    always: list[tuple[str, str]],
) -> Iterable[bytes]:
    """Send a file whose name changes with its content, so that it is kept for ever."""
    size = path.stat().st_size
    picture = _PICTURES.get(path.suffix)
    kind = picture or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    etag = f'"{path.name}"'
    headers = [
        ("Content-Type", kind),
        ("Cache-Control", "public, max-age=31536000, immutable"),
        ("ETag", etag.encode("ascii", "ignore").decode()),
        ("Accept-Ranges", "bytes"),
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
        *always,
    ]
    if picture is None:
        headers.append(("Content-Disposition", "attachment"))
    if environ.get("HTTP_IF_NONE_MATCH") == headers[2][1]:
        start_response("304 Not Modified", headers)
        return []
    start, end, status = 0, size, "200 OK"
    asked = _RANGE.fullmatch(environ.get("HTTP_RANGE", "").strip())
    if asked and environ.get("HTTP_IF_RANGE", headers[2][1]) == headers[2][1]:
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
