"""What is baked here, as records that other offices receive; written with the baked rows.

A page travels as its part alone. Of each picture one file travels, in the width of a telephone:
the others would be ninety per cent of the bytes.
"""

import html
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from kafo.publishing.baking.files import site_folder
from kafo.publishing.enums import BakedKind
from kafo.publishing.models import BakedPage, PublicSite, PublishedFrame, PublishedPage
from kafo.records.enums import Visibility
from kafo.records.files import MAX_SIZE, file_store

_PICTURE = re.compile(r"<picture>(.*?)</picture>", re.DOTALL)
_WEBP = re.compile(r'<source type="image/webp" srcset="([^"]*)"')
_IMAGE = re.compile(r"<img [^>]*>")
_SOURCE = re.compile(r' src="[^"]*"')
_FILE = re.compile(r'(?:src|href)="(?:\.\./)*media/([^"/]+)"')
_WIDTH = 480


def _lightened(match: re.Match[str]) -> str:
    """Give the picture as one file: the widest that is not wider than a telephone shows."""
    offered, image = _WEBP.search(match[1]), _IMAGE.search(match[1])
    if offered is None or image is None:
        return image[0] if image else ""
    by_width = {
        int(width.removesuffix("w")): address
        for address, width in (each.rsplit(" ", 1) for each in offered[1].split(", "))
    }
    fitting = [width for width in by_width if width <= _WIDTH]
    address = by_width[max(fitting) if fitting else min(by_width)]
    return _SOURCE.sub(lambda _: f' src="{address}"', image[0], count=1)


@lru_cache(maxsize=4096)
def _kept(path: Path, stamp: int) -> tuple[str, int]:
    return file_store().put(path)


def _files(slug: str, main: str) -> dict[str, list[Any]]:
    """Give hash and size of each file that a page part shows, and keep the file."""
    found: dict[str, list[Any]] = {}
    for name in sorted(set(map(html.unescape, _FILE.findall(main)))):
        path = site_folder(slug) / "media" / name
        if path.is_file() and 0 < path.stat().st_size <= MAX_SIZE:
            digest, size = _kept(path, path.stat().st_mtime_ns)
            if file_store().path(digest) is None:
                file_store().put(path)
            found[name] = [digest, size]
    return found


def _write(record: PublishedFrame | PublishedPage, values: dict[str, Any]) -> None:
    """Save the record if it says something new and is ours to write."""
    values["visibility"] = Visibility.PUBLIC
    is_same = all(getattr(record, name) == value for name, value in values.items())
    if not record.is_at_home or (is_same and not record._state.adding):
        return
    for name, value in values.items():
        setattr(record, name, value)
    record.save()


def share_page(row: BakedPage, parts: dict[str, Any]) -> None:
    """State the page for other offices, in the caller's transaction."""
    where = {
        "home_office": row.site.organization.home_office,
        "site": row.site.slug,
        "path": row.path,
    }
    main = _PICTURE.sub(_lightened, str(parts["main"]))
    _write(
        PublishedPage.objects.filter(**where).first() or PublishedPage(**where),
        {
            "language": row.language,
            "title": str(parts["title"])[:255],
            "description": str(parts.get("description") or ""),
            "main": main,
            "is_wide": bool(parts.get("is_wide")),
            "languages": parts.get("languages", {}),
            "files": _files(row.site.slug, main),
        },
    )


def _own(model: type[Any], site: PublicSite, **where: Any) -> list[Any]:
    office = site.organization.home_office
    rows = model.objects.filter(home_office=office, site=site.slug, **where)
    return [row for row in rows if row.is_at_home]


def unshare_page(row: BakedPage) -> None:
    """Take the page back everywhere, in the caller's transaction."""
    for record in _own(PublishedPage, row.site, path=row.path):
        record.delete()


def share_frame(site: PublicSite, language: str, words: dict[str, Any] | None) -> None:
    """State the frame of a site in a language; None when there is none any more."""
    if words is None:
        for record in _own(PublishedFrame, site, language=language):
            record.delete()
        return
    where = {
        "home_office": site.organization.home_office,
        "site": site.slug,
        "language": language,
    }
    _write(PublishedFrame.objects.filter(**where).first() or PublishedFrame(**where), words)


def unshare_site(site: PublicSite) -> None:
    """Take a site back everywhere."""
    for record in [*_own(PublishedFrame, site), *_own(PublishedPage, site)]:
        record.delete()


def share_missing() -> int:
    """State pages that were never stated, take back what is baked no more; give how many."""
    moved = 0
    for site in PublicSite.objects.select_related("organization", "wagtail_site"):
        rows = BakedPage.objects.filter(site=site, kind=BakedKind.PAGE, baked_at__isnull=False)
        baked = dict(rows.values_list("path", "pk"))
        stated = {record.path: record for record in _own(PublishedPage, site)}
        for row in BakedPage.objects.filter(pk__in=[baked[p] for p in set(baked) - set(stated)]):
            row.site = site
            share_page(row, row.parts)
            moved += 1
        expected = set(
            BakedPage.objects.filter(site=site, kind=BakedKind.PAGE).values_list("path", flat=True)
        )
        for path in set(stated) - expected:
            stated[path].delete()
            moved += 1
    return moved
