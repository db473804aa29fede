"""Files that records name: kept once, under their SHA-256, for as long as a record names them."""

import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from kafo.records.durable import sync_folder, write_whole
from kafo.records.models import FileReference, SharedRecord, shared_models
from kafo.records.signals import records_changed, records_received

MAX_SIZE = 64 * 1024 * 1024
_NAME = re.compile(r"[0-9a-f]{64}")
_KEPT_SECONDS = 3600  # a file may lie here before the record that names it is written
_SWEEP_SECONDS = 600


class FileStore:
    """The folder of a node's files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path | None:
        """Give where a file lies, or None when it is not here."""
        path = self.folder / sha256
        return path if _NAME.fullmatch(sha256) and path.is_file() else None

    def names(self) -> set[str]:
        """Give the hashes of all files that are here."""
        found = os.listdir(self.folder) if self.folder.is_dir() else []
        return {name for name in found if _NAME.fullmatch(name)}

    def put(self, source: Path) -> tuple[str, int]:
        """Keep `source`, without a second copy where the disk allows it; give hash and size."""
        size = source.stat().st_size
        name = digest_of(source)
        if self.path(name) is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source, self.folder / name)
            except FileExistsError:
                pass
            except OSError:
                write_whole(self.folder / name, source.read_bytes(), durable=False)
        return name, size

    def take(self, draft: Path, sha256: str) -> bool:
        """Move a whole draft in if it is what `sha256` names; a wrong one is deleted."""
        if digest_of(draft) != sha256:
            draft.unlink()
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        os.replace(draft, self.folder / sha256)
        sync_folder(self.folder)
        return True

    def drop_unused(self, using: str = "default") -> int:
        """Delete what no record names any more; give how many files that were."""
        unused = self.names() - set(
            FileReference.objects.using(using).values_list("sha256", flat=True).distinct()
        )
        dropped = 0
        for name in unused:
            path = self.folder / name
            if path.stat().st_ctime < time.time() - _KEPT_SECONDS:
                path.unlink(missing_ok=True)
                dropped += 1
        return dropped


def file_store() -> FileStore:
    """Give the files of this node; they lie beside its media."""
    return FileStore(Path(settings.MEDIA_ROOT).with_name("files"))


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def note_files(sender: type[SharedRecord], rows: list[Any], using: str, **kwargs: Any) -> None:
    """Note which files records name now that they were written, received or deleted."""
    for at in range(0, len(rows), 500):
        ids = rows[at : at + 500]
        named = {
            (record.pk, sha256): size
            for record in sender._base_manager.using(using).filter(pk__in=ids)
            for sha256, size in _sound(record.attachments)
        }
        references = FileReference.objects.using(using).filter(record_id__in=ids)
        known = {(row.record_id, row.sha256): row.pk for row in references}
        gone = [pk for key, pk in known.items() if key not in named]
        FileReference.objects.using(using).filter(pk__in=gone).delete()
        FileReference.objects.using(using).bulk_create(
            FileReference(record_id=record_id, sha256=sha256, size=size)
            for (record_id, sha256), size in named.items()
            if (record_id, sha256) not in known
        )


def _sound(attachments: Mapping[Any, Any]) -> Iterator[tuple[str, int]]:
    """Give what can be a file; what another office made up is passed over."""
    for sha256, size in attachments.items():
        is_hash = isinstance(sha256, str) and _NAME.fullmatch(sha256)
        if is_hash and type(size) is int and 0 < size <= MAX_SIZE:
            yield sha256, size


def connect() -> None:
    """Listen to the models whose records name files."""
    for model in shared_models():
        if model.attachments is not SharedRecord.attachments:
            records_changed.connect(note_files, sender=model)
            records_received.connect(note_files, sender=model)


class FilesLoop:
    """Now and then deletes what no record names any more."""

    def __init__(self) -> None:
        self._swept_at: float | None = None

    def __call__(self) -> int:
        now = time.monotonic()
        if self._swept_at is not None and now - self._swept_at < _SWEEP_SECONDS:
            return 0
        self._swept_at = now
        return file_store().drop_unused()
