"""Receiving a file in pieces (tus 1.0, core and creation): what was acknowledged is on the disk."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, BinaryIO

from django.core.files import File
from django.utils import timezone
from django.utils.translation import gettext as _

from kafo.publishing.models.uploads import Upload
from kafo.publishing.services.files import check_size, clean_picture
from kafo.records.durable import sync_folder
from kafo.records.errors import KafoError, NotVisible, Refused, TryAgain

PIECE = 256 * 1024
MAX_OPEN = 20
KEPT = timedelta(days=5)


class WrongOffset(KafoError):
    """The piece does not begin where the last one ended; `at` says where that is."""

    def __init__(self, at: int) -> None:
        super().__init__(_("The piece does not begin where the last one ended."))
        self.at = at


def begin_upload(*, actor: Any, name: str, size: int) -> Upload:
    """Announce a file of `size` bytes. Raises Refused when it is too big or too many wait."""
    check_size(size)
    if Upload.objects.filter(account=actor).count() >= MAX_OPEN:
        raise Refused(_("Too many unfinished uploads; they go away after some days."))
    upload = Upload(account=actor, name=name[:200], size=size)
    upload.path.parent.mkdir(parents=True, exist_ok=True)
    upload.path.touch()
    sync_folder(upload.path.parent)
    upload.save(force_insert=True)
    return upload


def find_upload(*, actor: Any, pk: Any) -> Upload:
    """Give one's own upload; raises NotVisible for another's or none."""
    upload = Upload.objects.filter(pk=pk, account=actor).first()
    if upload is None:
        raise NotVisible
    return upload


def receive_piece(*, actor: Any, pk: Any, offset: int, stream: Any) -> Upload:
    """Write what `stream` gives from `offset` on; the bytes are on the disk when this returns.

    When the line is cut in the middle, the pieces that arrived are kept. Raises NotVisible,
    WrongOffset, TryAgain when another request is writing, Refused when more comes than was
    announced.
    """
    upload = find_upload(actor=actor, pk=pk)
    if offset != upload.offset:
        raise WrongOffset(upload.offset)
    # Nothing is held while the line is waited for: it may have broken without a word, and its
    # sender be back on another one.
    for piece in _pieces(stream):
        _append(upload, offset, piece)
        offset = upload.offset
    return upload


def _append(upload: Upload, offset: int, piece: bytes) -> None:
    with _locked(upload) as file:
        upload.refresh_from_db()
        if offset != upload.offset:
            raise WrongOffset(upload.offset)
        if offset + len(piece) > upload.size:
            raise Refused(_("More bytes came than were announced."))
        # Bytes beyond the offset were never acknowledged: a crash left them.
        file.truncate(offset)
        file.seek(offset)
        file.write(piece)
        file.flush()
        os.fsync(file.fileno())
        upload.offset = offset + len(piece)
        upload.save(update_fields=["offset"])


def keep_file(*, actor: Any, file: Any) -> Upload:
    """Keep a picture whose form has to be filled in again; it need not travel a second time.

    Raises Refused when it cannot become a picture, is too big, or too many wait.
    """
    clean_picture(file)
    upload = begin_upload(actor=actor, name=file.name, size=file.size)
    file.seek(0)
    return receive_piece(actor=actor, pk=upload.pk, offset=0, stream=file)


def _pieces(stream: Any) -> Iterator[bytes]:
    while True:
        try:
            piece = stream.read(PIECE)
        except OSError:  # the line was cut; the sender will ask how far it came
            return
        if not piece:
            return
        yield piece


@contextmanager
def _locked(upload: Upload) -> Iterator[BinaryIO]:
    try:
        file = upload.path.open("r+b")
    except FileNotFoundError as error:
        raise NotVisible from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TryAgain(_("Another part of this file is being received.")) from error
        yield file


@contextmanager
def open_upload(*, actor: Any, pk: Any) -> Iterator[File]:
    """Give a finished upload as a file. Raises NotVisible, or Refused when bytes are missing."""
    upload = find_upload(actor=actor, pk=pk)
    if not upload.is_complete:
        raise Refused(_("The file has not arrived whole. Send it again."))
    with upload.path.open("rb") as file:
        yield File(file, name=upload.name)


def drop_upload(*, actor: Any, pk: Any) -> None:
    """Delete one's upload and its bytes. Raises NotVisible."""
    _delete(find_upload(actor=actor, pk=pk))


def _delete(upload: Upload) -> None:
    upload.path.unlink(missing_ok=True)
    upload.delete()


def forget_uploads() -> int:
    """Delete uploads that nobody finished or used within some days; give how many."""
    limit = timezone.now() - KEPT
    gone = list(Upload.objects.filter(created_at__lt=limit))
    for upload in gone:
        _delete(upload)
    known = {str(pk) for pk in Upload.objects.values_list("pk", flat=True)}
    folder = Upload().path.parent
    # A crash between the file and its row leaves a file that belongs to nobody.
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in known and path.stat().st_mtime < limit.timestamp():
            path.unlink(missing_ok=True)
    return len(gone)
