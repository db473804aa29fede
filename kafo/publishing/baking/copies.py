"""Sites of other offices, as files to read here: KAFO_HOME/mirror/<office>/<site>/<language>/….

Each pass compares the records that are here with the files, and writes what differs: after a
crash, a new version or a restored backup there is nothing to remember. It is read-only, marked as
a copy, and has addresses of its own, so that it can never stand in for a site of this node.
"""

import hashlib
import json
import logging
import re
import shutil
import uuid
from collections import defaultdict
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, override

from kafo.publishing.baking.files import link_file, write_compressed
from kafo.publishing.baking.foreign import fitted
from kafo.publishing.baking.frames import Frame, draw_frame, recipe, sheet
from kafo.publishing.baking.site_files import favicon
from kafo.publishing.enums import Tone
from kafo.publishing.models import HeardOffice, PublicSite, PublishedFrame, PublishedPage
from kafo.publishing.queries.copies import foreign_frames, short_name, sound_address
from kafo.publishing.serving.files import BROKEN
from kafo.publishing.templatetags.language_mark import language_mark
from kafo.records.durable import write_whole
from kafo.records.enums import Visibility
from kafo.records.files import FileStore, file_store

logger = logging.getLogger("kafo.baking")

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]+)?")
_PATH = re.compile(r"[a-z]{2,3}(?:-[a-z]+)?/(?:[\w-]+/)*")
_FILE = re.compile(r"\w[\w .()+-]{0,120}")
_WRITTEN = ".written.json"
_COPY = gettext_lazy("Copy of {site}. Original: {link}")
_CONFIRMED = gettext_lazy("Copy of {site}, confirmed on {day}. Original: {link}")
_CSS = ".note+.hero{margin-top:0}"


def mirror_folder() -> Path:
    """Give the folder of all copies."""
    return Path(settings.KAFO_BAKED).with_name("mirror")


class CopiedFrame(Frame):
    """The frame of a site of another office, drawn with the templates of this node."""

    def __init__(self, row: PublishedFrame, confirmed_at: datetime | None) -> None:
        words = {
            "name": _plain(row.name),
            "tone": row.tone if row.tone in Tone.values else Tone.EARTH,
            "menu": _links(row.menu),
            "links": _links(row.links),
            "foot": _plain(row.foot),
        }
        self.address = sound_address(row)
        self.name, self.confirmed_at = words["name"], confirmed_at
        html = draw_frame(row.language, words, far=f"{self.address}/", css=_CSS)
        super().__init__(html, row.language, self.address, "")

    def note(self, path: str) -> str:
        """Give the line that says whose page this is, from when, and where the original is."""
        original = f"{self.address}/{path}"
        with override(self.language):
            link = format_html('<a href="{}">{}</a>', original, original.partition("//")[2])
            words, day = _COPY, ""
            if self.confirmed_at is not None:
                words = _CONFIRMED
                day = date_format(timezone.localtime(self.confirmed_at).date())
            text = format_html(str(words), site=self.name, day=day, link=link)
            return format_html('<p class="note"{}>{}</p>\n', language_mark(words), text)

    def _head(self, parts: dict[str, Any], path: str) -> str:
        head = '<meta name="robots" content="noindex">\n'
        return head + format_html('<link rel="canonical" href="{}/{}">', self.address, path)


def _plain(text: Any) -> str:
    """Give words without the marks at which frames are split."""
    return str(text).replace("@@", "")


def _links(found: Any) -> list[tuple[str, str]]:
    """Give those links of a menu that lead to pages of the site."""
    pairs = [each for each in found if isinstance(each, list) and len(each) == 2]
    return [(_plain(title), path) for title, path in pairs if _PATH.fullmatch(str(path))]


def _rank(language: str) -> int:
    """Give the place of a language among all; records do not keep the order of the site."""
    order = [code for code, _name in settings.LANGUAGES]
    return order.index(language) if language in order else len(order)


@lru_cache
def _style() -> str:
    return hashlib.sha256(sheet("site.css").encode()).hexdigest()[:16]


def _sites() -> dict[tuple[uuid.UUID, str], list[PublishedFrame]]:
    """Give the frames of each site that is not one of this node."""
    found: dict[tuple[uuid.UUID, str], list[PublishedFrame]] = defaultdict(list)
    for frame in foreign_frames().order_by("pk"):
        if _SLUG.fullmatch(frame.site) and _LANGUAGE.fullmatch(frame.language):
            found[frame.home_office, frame.site].append(frame)
    return found


def write_copies() -> int:
    """Bring all copies to what the records say; give how many pages moved."""
    heard = dict(HeardOffice.objects.values_list("office", "confirmed_at"))
    sites, moved = {}, 0
    for (office, slug), frames in _sites().items():
        folder = mirror_folder() / short_name(office) / slug
        copy = _Copy(folder, office, slug, frames, heard.get(office))
        try:
            moved += copy.write()
        except Exception:  # what one office states keeps no other's site back
            logger.exception("The copy of %s could not be written.", folder)
        sites[f"{short_name(office)}/{slug}"] = copy.summary()
    content = json.dumps(sites, ensure_ascii=False, sort_keys=True).encode()
    index = mirror_folder() / "sites.json"
    if sites or index.is_file():
        if not index.is_file() or index.read_bytes() != content:
            write_whole(index, content, durable=False)
        for folder in mirror_folder().glob("*/*"):
            if f"{folder.parent.name}/{folder.name}" not in sites:
                shutil.rmtree(folder)
    return moved


class _Copy:
    """One site of another office."""

    def __init__(
        self,
        folder: Path,
        office: uuid.UUID,
        slug: str,
        frames: list[PublishedFrame],
        confirmed_at: datetime | None,
    ) -> None:
        self.folder, self.frames, self.confirmed_at = folder, frames, confirmed_at
        self.store: FileStore = file_store()
        self.here = self.store.names()
        self.rows = PublishedPage.objects.filter(
            home_office=office, site=slug, visibility=Visibility.PUBLIC
        )

    def summary(self) -> dict[str, Any]:
        """Give what the list of copies says of the site."""
        frames = sorted(self.frames, key=lambda each: _rank(each.language))
        confirmed = timezone.localtime(self.confirmed_at).date() if self.confirmed_at else None
        return {
            "hosts": [],
            "locales": [each.language for each in frames],
            "name": {each.language: _plain(each.name) for each in frames},
            "organization": _plain(frames[0].organization),
            "confirmed": confirmed.isoformat() if confirmed else "",
        }

    def write(self) -> int:
        """Write the pages that differ from what was written last, and remove the others."""
        try:
            written = json.loads((self.folder / _WRITTEN).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            written = {}
        stamps = {frame.language: self._frame_stamp(frame) for frame in self.frames}
        due, kept, names = [], {}, set()
        for pk, path, language, changed, files in self.rows.order_by("pk").values_list(
            "pk", "path", "language", "updated_at", "files"
        ):
            if language not in stamps or not self._is_path(path, language):
                continue
            present = self._present(files)
            names |= set(present)
            said = f"{stamps[language]} {pk} {changed.isoformat()} {sorted(present)}"
            kept[path] = hashlib.sha256(said.encode()).hexdigest()[:16]
            if written.get(path) != kept[path]:
                due.append(pk)
        gone = set(written) - set(kept)
        if due or gone:
            self._write_pages(due)
            for path in gone:
                self._remove(path)
            content = json.dumps(kept, sort_keys=True).encode()
            write_whole(self.folder / _WRITTEN, content, durable=False)
        for file in self.folder.glob("media/*"):
            if file.name not in names:
                file.unlink(missing_ok=True)
        return len(due) + len(gone)

    def _frame_stamp(self, frame: PublishedFrame) -> str:
        day = timezone.localtime(self.confirmed_at).date() if self.confirmed_at else None
        return f"{recipe()} {_style()} {frame.pk} {frame.updated_at.isoformat()} {day}"

    def _is_path(self, path: str, language: str) -> bool:
        return path.startswith(f"{language}/") and _PATH.fullmatch(path) is not None

    def _present(self, files: Any) -> dict[str, str]:
        """Give those of a page's files that are here: name and hash."""
        return {
            name: entry[0]
            for name, entry in (files if isinstance(files, dict) else {}).items()
            if _FILE.fullmatch(name) and isinstance(entry, list) and entry[:1]
            if entry[0] in self.here
        }

    def _write_pages(self, due: list[uuid.UUID]) -> None:
        drawn = {each.language: CopiedFrame(each, self.confirmed_at) for each in self.frames}
        tone = self.frames[0].tone
        write_whole(self.folder / "favicon.svg", favicon(tone).encode(), durable=False)
        for at in range(0, len(due), 200):
            for page in self.rows.filter(pk__in=due[at : at + 200]).order_by("pk"):
                try:
                    self._write_page(page, drawn[page.language])
                except Exception:
                    logger.exception("The copy of %s could not be written.", page)

    def _write_page(self, page: PublishedPage, frame: CopiedFrame) -> None:
        present = self._present(page.files)
        for name, digest in present.items():
            if source := self.store.path(digest):
                link_file(source, self.folder / "media" / name)
        with override(page.language):
            main = fitted(page.main, page.path, address=frame.address, present=present)
        languages = page.languages if isinstance(page.languages, dict) else {}
        parts = {
            "title": page.title,
            "main": frame.note(page.path) + main,
            "is_wide": page.is_wide,
            "languages": {
                code: languages[code]
                for code in sorted(languages, key=_rank)
                if isinstance(languages[code], str) and self._is_path(languages[code], code)
            },
        }
        html = frame.join(parts, page.path)
        write_compressed(self.folder / page.path / "index.html", html)

    def _remove(self, path: str) -> None:
        folder = self.folder / path
        for ending in (".br", ".gz"):
            (folder / f"index.html{ending}").unlink(missing_ok=True)
        while folder != self.folder and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent


def forget_broken() -> int:
    """Forget that those were written which the server found damaged; give how many those are."""
    note = mirror_folder() / BROKEN
    try:
        names = set(note.read_text(encoding="utf-8").splitlines())
        note.unlink()
    except FileNotFoundError:
        return 0
    for site in mirror_folder().glob(f"*/*/{_WRITTEN}"):
        start = f"{site.parent.relative_to(mirror_folder())}/"
        lost = {name.removeprefix(start).removesuffix("index.html") for name in names}
        try:
            written = json.loads(site.read_text(encoding="utf-8"))
        except ValueError:
            continue  # read as if nothing had been written
        # Without a stamp a page is due; with its name it can still be found gone.
        left = {path: "" if path in lost else stamp for path, stamp in written.items()}
        if left != written:
            write_whole(site, json.dumps(left, sort_keys=True).encode(), durable=False)
    return len(names)


class CopiesLoop:
    """Writes the copies anew when something that they are made from has changed."""

    def __init__(self) -> None:
        self._seen: Any = None

    def __call__(self) -> int:
        now = self._fingerprint()
        if not forget_broken() and now == self._seen:
            return 0
        moved = write_copies()
        self._seen = now
        return moved

    def _fingerprint(self) -> Any:
        """Give what changes with every change, at the price of a few small queries."""
        said = [
            model.objects.aggregate(count=Count("pk"), newest=Max("updated_at"))
            for model in (PublishedFrame, PublishedPage)
        ]
        folder = file_store().folder
        return (
            said,
            [
                (office, timezone.localtime(at).date())
                for office, at in HeardOffice.objects.values_list("office", "confirmed_at")
            ],
            PublicSite.objects.count(),
            folder.stat().st_mtime_ns if folder.is_dir() else 0,
        )
