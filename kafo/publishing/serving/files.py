"""Baked files as answers: read once, kept in memory while they do not change on the disk."""

import base64
import gzip
import hashlib
import json
import os
import re
import threading
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import brotli

_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
}
MOST_BYTES = 32_000_000
# Names of files that could not be read, one a line; the loop bakes them anew.
BROKEN = "broken"


class Broken(Exception):
    """A baked file is damaged in each of its forms."""


def policy(content: bytes) -> str:
    """Give the Content-Security-Policy of a page: nothing but its own style and pictures."""
    found = _STYLE.search(content)
    style = "'none'"
    if found:
        digest = base64.b64encode(hashlib.sha256(found[1]).digest()).decode()
        style = f"'sha256-{digest}'"
    return (
        f"default-src 'none'; style-src {style}; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@dataclass(frozen=True)
class Baked:
    """One baked file, in each form in which it travels."""

    kind: str
    policy: str
    etag: str
    bodies: Mapping[str, bytes]
    stamp: tuple[int, int]

    @property
    def size(self) -> int:
        return sum(len(body) for body in self.bodies.values())

    def body(self, encoding: str) -> bytes:
        """Give the bytes to send; "" is for the few who take no compression."""
        if encoding:
            return self.bodies[encoding]
        return self.bodies[""] if "" in self.bodies else brotli.decompress(self.bodies["br"])


@dataclass
class BakedFiles:
    """The folder of baked sites."""

    folder: Path
    _kept: dict[str, Baked] = field(default_factory=dict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _json: dict[str, tuple[tuple[int, int], Any]] = field(default_factory=dict)

    def sites(self) -> dict[str, Any]:
        """Give what is known of each site, by its short name."""
        return self._read_json("sites.json") or {}

    def redirects(self, slug: str) -> dict[str, str | None]:
        """Give where the old addresses of a site lead; None is for pages that are gone."""
        return self._read_json(f"{slug}/redirects.json") or {}

    def _read_json(self, name: str) -> Any:
        stamp = self._stamp(f"{self.folder}/{name}")
        if stamp is None:
            return None
        kept = self._json.get(name)
        if kept is None or kept[0] != stamp:
            try:
                read = json.loads((self.folder / name).read_bytes())
            except (OSError, ValueError):
                self._report(name)
                read = kept[1] if kept else None
            kept = self._json[name] = (stamp, read)
        return kept[1]

    def _report(self, name: str) -> None:
        """Tell the loop, which knows how to make it anew, that a file cannot be read."""
        with suppress(OSError), open(self.folder / BROKEN, "a", encoding="utf-8") as note:
            note.write(f"{name}\n")

    def _stamp(self, path: str) -> tuple[int, int] | None:
        try:
            found = os.stat(path)
        except (OSError, ValueError):
            return None
        return found.st_mtime_ns, found.st_ino

    def find(self, path: str) -> Baked | None:
        """Give the file that was baked as `path` (within the folder), or None.

        Raises Broken when nothing whole is left of it.
        """
        on_disk = f"{self.folder}/{path}"
        stamp = self._stamp(f"{on_disk}.br")
        is_plain = stamp is None
        if stamp is None and path.endswith((".txt", ".svg")):
            stamp = self._stamp(on_disk)
        if stamp is None:
            return None
        kept = self._kept.get(path)
        if kept is not None and kept.stamp == stamp:
            return kept
        try:
            read = self._load(path, stamp, is_plain=is_plain)
        except OSError:
            return None
        self._keep(path, read)
        return read

    def _load(self, path: str, stamp: tuple[int, int], *, is_plain: bool) -> Baked:
        on_disk = f"{self.folder}/{path}"
        if is_plain:
            content = Path(on_disk).read_bytes()
            bodies = {"": content}
        else:
            content, bodies = self._unpacked(path)
        return Baked(
            kind=_KINDS.get(os.path.splitext(on_disk)[1], "application/octet-stream"),
            policy=policy(content),
            etag=hashlib.sha256(content).hexdigest()[:16],
            bodies=bodies,
            stamp=stamp,
        )

    def _unpacked(self, path: str) -> tuple[bytes, dict[str, bytes]]:
        """Give the content of a file and its compressed forms, all made from the same bytes.

        So a new page never goes out with the old gzip, and when one form is damaged, by a disk
        that fails for example, the other one serves until the page is baked anew.
        """
        small = Path(f"{self.folder}/{path}.br").read_bytes()
        try:
            packed = Path(f"{self.folder}/{path}.gz").read_bytes()
            other = gzip.decompress(packed)
        except (OSError, EOFError, zlib.error):
            packed, other = b"", None
        try:
            content = brotli.decompress(small)
        except brotli.error:
            content = b""
        if not content or other is None:
            self._report(path)
        if not content:
            if not other:
                raise Broken(path)
            content, small = other, brotli.compress(other, quality=6)
        if other != content:
            packed = gzip.compress(content, 6, mtime=0)
        return content, {"br": small, "gzip": packed}

    def _keep(self, path: str, read: Baked) -> None:
        with self._lock:
            old = self._kept.pop(path, None)
            self._bytes += read.size - (old.size if old else 0)
            self._kept[path] = read
            while self._bytes > MOST_BYTES:
                first = next(iter(self._kept))
                self._bytes -= self._kept.pop(first).size

    def missing(self, slug: str, language: str, root: str) -> Baked | None:
        """Give the page for lost addresses of a site whose links begin at `root`, or None.

        Lost addresses are at any depth, so its links cannot be relative as those of pages are.
        """
        baked = self.find(f"{slug}/{language}/404.html")
        if baked is None:
            return None
        key = f"{root}@{slug}/{language}/404.html"
        kept = self._kept.get(key)
        if kept is None or kept.stamp != baked.stamp:
            content = baked.body("").replace(b"@@up@@", root.encode())
            bodies = {"br": brotli.compress(content), "gzip": gzip.compress(content, mtime=0)}
            kept = replace(baked, bodies=bodies)
            self._keep(key, kept)
        return kept

    def media(self, slug: str, name: str) -> Path | None:
        """Give the file behind a picture or document of a site."""
        path = self.folder / slug / "media" / name
        return path if path.is_file() else None
