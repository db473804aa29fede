"""The desk's style sheet and script: read once, compressed once, named by their content."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli
from django.urls import reverse

FOLDER = Path(__file__).parent / "static" / "desk"


@dataclass(frozen=True)
class Asset:
    name: str
    digest: str
    kind: str
    bodies: dict[str, bytes]

    @property
    def url(self) -> str:
        return reverse("desk:asset", args=[self.digest, self.name])


@cache
def assets() -> dict[str, Asset]:
    """Give the files that the frame needs, by name."""
    return {path.name: _read(path) for path in sorted(FOLDER.iterdir()) if path.is_file()}


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(
        name=path.name,
        digest=hashlib.sha256(body).hexdigest()[:12],
        kind=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        bodies={
            "br": brotli.compress(body, quality=11),
            "gzip": gzip.compress(body, compresslevel=9, mtime=0),
            "": body,
        },
    )
