"""Style sheets and scripts of Wagtail and our own: read and compressed once, kept for ever.

Every address carries a digest of what is installed. A browser that has been here asks for none of
it again, and an update changes all addresses, those inside style sheets too.
"""

import gzip
import hashlib
import mimetypes
from functools import cache, lru_cache
from pathlib import Path

import brotli
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse

from kafo.records.errors import NotVisible

YEAR = 31_536_000
_PACKED_ALREADY = (".woff", ".woff2", ".png", ".jpg", ".webp", ".avif", ".gif")


@cache
def digest() -> str:
    """Give a digest of the names, sizes and dates of all static files there are."""
    found = hashlib.sha256()
    for finder in finders.get_finders():
        for name, storage in finder.list(ignore_patterns=None):
            stat = Path(storage.path(name)).stat()
            found.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return found.hexdigest()[:12]


class DigestStorage(StaticFilesStorage):
    """Gives addresses below /static/<digest>/."""

    def url(self, name: str | None, force: bool = False) -> str:
        return str(super().url(f"{digest()}/{name}"))


@lru_cache(maxsize=512)
def _bodies(path: str) -> tuple[str, dict[str, bytes]] | None:
    place = finders.find(path)
    if not isinstance(place, str) or not Path(place).is_file():
        return None
    body = Path(place).read_bytes()
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    bodies = {"": body}
    if not path.endswith(_PACKED_ALREADY):
        bodies["br"] = brotli.compress(body, quality=9)
        bodies["gzip"] = gzip.compress(body, compresslevel=9, mtime=0)
    return kind, bodies


def static_file(request: HttpRequest, version: str, path: str) -> HttpResponse:
    """Give a static file. Raises NotVisible."""
    found = _bodies(path)
    if found is None:
        raise NotVisible
    kind, bodies = found
    accepted = request.headers.get("Accept-Encoding", "")
    encoding = next((code for code in ("br", "gzip") if code in accepted and code in bodies), "")
    response = HttpResponse(bodies[encoding], content_type=kind)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = (
        f"public, max-age={YEAR}, immutable" if version == digest() else "no-cache"
    )
    return response
