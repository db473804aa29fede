"""Proof that a backup restores, and the restore itself."""

import errno
import gzip
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kafo.records.durable import sync_disk, sync_folder
from kafo.records.errors import Refused
from kafo.welcome.backup import FORMAT, Progress, digest_of, run_postgres, write_note
from kafo.welcome.home import DATABASE_BEGUN, RESTORED, RESTORING, finish_restore

TABLES = {
    "people_person": gettext_lazy("persons"),
    "people_mandate": gettext_lazy("mandates"),
    "wagtailcore_page": gettext_lazy("pages"),
    "wagtailcore_modellogentry": gettext_lazy("acts"),
}


def verify_backup(file: Path, *, progress: Progress = lambda text: None) -> dict[str, Any]:
    """Restore a backup to where it is thrown away again, and give its manifest with row counts.

    A PostgreSQL database goes into a new one on the server of this node. It is noted for the health
    page if the backup is of this office: `is_noted` in the manifest. Raises Refused, with the
    reason, when the file would not restore or when this could not be tried.
    """
    with _told_when_full(), tempfile.TemporaryDirectory(prefix="kafo-verify-") as folder:
        manifest = _unpack(file, Path(folder), progress)
        progress(_("database"))
        if (dump := Path(folder) / "kafo.pgdump").exists():
            manifest["rows"] = _rows_of_scratch(dump)
        else:
            manifest["rows"] = dict(_proven_rows(Path(folder) / "kafo.sqlite3"))
        note = {
            "verified_at": datetime.now(UTC).isoformat(),
            "file": str(file),
            "made_at": manifest["made_at"],
        }
        manifest["is_noted"] = manifest["office"] == settings.KAFO_OFFICE_ID
        if manifest["is_noted"]:
            write_note(settings.KAFO_HOME / "backups" / "restored.json", note)
    return manifest


@contextmanager
def _told_when_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        said = _("The backup could not be unpacked: %(why)s.") % {"why": error.strerror or error}
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            said += " " + _("Free some space and try again.")
        raise Refused(said) from error


def _unpack(file: Path, folder: Path, progress: Progress) -> dict[str, Any]:
    damaged = _("%(file)s is not a whole backup (%(why)s). Take another one.")
    if not file.is_file():
        raise Refused(_("There is no file %(file)s.") % {"file": file})
    progress(_("archive"))
    try:
        with tarfile.open(file, "r:gz") as archive:
            for member in archive:
                _take_out(archive, member, folder)
        manifest: dict[str, Any] = json.loads(
            (folder / "manifest.json").read_text(encoding="utf-8")
        )
        wrong = [n for n, known in manifest["files"].items() if digest_of(folder / n) != known]
    except (
        gzip.BadGzipFile,
        FileNotFoundError,
        EOFError,
        zlib.error,
        tarfile.TarError,
        ValueError,
        KeyError,
    ) as error:
        raise Refused(damaged % {"file": file, "why": error}) from error
    if wrong:
        raise Refused(damaged % {"file": file, "why": ", ".join(wrong[:3])})
    if manifest["format"] > FORMAT:
        raise Refused(_("This backup was made by a newer Kafo: update this one first."))
    return manifest


def _take_out(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    # The Python of Debian 12 has no filter yet that would keep an archive within its folder.
    path = (folder / member.name).resolve()
    content = archive.extractfile(member) if member.isfile() else None
    if content is None or not path.is_relative_to(folder.resolve()):
        raise tarfile.ExtractError(member.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with content, path.open("wb") as file:
        shutil.copyfileobj(content, file)


def _proven_rows(database: Path) -> Iterator[tuple[str, int]]:
    damaged = _("The database in the backup is damaged: %(why)s.")
    try:
        with sqlite3.connect(database) as rows:
            (verdict,) = rows.execute("PRAGMA integrity_check").fetchone()
            if verdict != "ok" or rows.execute("PRAGMA foreign_key_check").fetchone():
                raise Refused(damaged % {"why": verdict})
            for table in TABLES:
                yield table, rows.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    except sqlite3.Error as error:
        raise Refused(damaged % {"why": error}) from error


def _rows_of_scratch(dump: Path) -> dict[str, int]:
    """Restore a dump into a new database beside that of this node, count, and drop it again."""
    _require_server(_("Not verified by restoring: "))
    name = f"{connection.settings_dict['NAME']}_kafo_verify"
    quoted = connection.ops.quote_name(name)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")  # one that a crash left
            cursor.execute(f"CREATE DATABASE {quoted}")
    except DatabaseError as error:
        raise Refused(
            _(
                "The files are whole, but not verified by restoring: no database could be made for "
                "it (%(why)s). Allow it once, as postgres: ALTER ROLE %(role)s CREATEDB"
            )
            % {"why": str(error).strip(), "role": connection.settings_dict["USER"]}
        ) from error
    try:
        _restore_dump(dump, name)
        scratch = connection.copy()
        scratch.settings_dict["NAME"] = name
        try:
            return _counted(scratch)
        finally:
            scratch.close()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {quoted}")


def _counted(database: BaseDatabaseWrapper) -> dict[str, int]:
    counts = {}
    with database.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - names of our own
            counts[table] = cursor.fetchone()[0]
    return counts


def _require_server(what: str = "") -> None:
    if connection.vendor != "postgresql":
        raise Refused(
            what
            + _("this backup is of a PostgreSQL database. Say in KAFO_DATABASE_URL on which one.")
        )


def _restore_dump(dump: Path, name: str, *options: str) -> None:
    run_postgres(
        "pg_restore",
        "--no-owner",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={name}",
        *options,
        str(dump),
    )


def restore_backup(
    file: Path, home: Path, *, progress: Progress = lambda text: None
) -> dict[str, Any]:
    """Make the data folder `home` from a backup, bake its sites, and give the manifest.

    All is made in a folder inside, and moved out of it when it is complete and on the disk: after
    a crash the office is there, or the same command begins again. Raises Refused when `home`
    already holds an office, the disk is full or the backup is damaged. Secrets are made anew, so
    everybody signs in again.
    """
    allowed = {"backups", RESTORING, DATABASE_BEGUN}
    was_there = home.exists()
    if was_there and any(path.name not in allowed for path in home.iterdir()):
        raise Refused(
            _("%(home)s already holds an office. Move it away first: mv %(home)s %(home)s.old")
            % {"home": home}
        )
    office = home / RESTORING
    with _told_when_full():
        shutil.rmtree(office, ignore_errors=True)
        office.mkdir(parents=True)
        try:
            manifest = _unpack(file, office, progress)
            _fill(office, progress)
            sync_disk(office)
        except BaseException:
            shutil.rmtree(office, ignore_errors=True)
            if not was_there and not any(home.iterdir()):
                home.rmdir()
            raise
        office.rename(home / RESTORED)
        sync_folder(home)
        finish_restore(home)
    return manifest


def _fill(office: Path, progress: Progress) -> None:
    secret = f"KAFO_SECRET_KEY={secrets.token_urlsafe(50)}\n"
    progress(_("database"))
    if (dump := office / "kafo.pgdump").exists():
        _fill_postgres(dump, office.parent / DATABASE_BEGUN)
        secret += f"KAFO_DATABASE_URL={os.environ['KAFO_DATABASE_URL']}\n"
    elif connection.vendor == "sqlite":
        dict(_proven_rows(office / "kafo.sqlite3"))
    else:
        raise Refused(
            _(
                "This backup is of an SQLite database. Restore it without KAFO_DATABASE_URL, "
                "then: kafo move"
            )
        )
    (office / "manifest.json").unlink()
    with (office / "settings.env").open("a", encoding="utf-8") as lines:
        lines.write(secret)
    (office / "settings.env").chmod(0o600)
    for folder in ("media", "baked"):
        (office / folder).mkdir(exist_ok=True)
    progress(_("baking"))
    _bake(office)


def _fill_postgres(dump: Path, begun: Path) -> None:
    _require_server()
    if begun.exists():
        # What is there came from a restore that was broken off before its end.
        _restore_dump(dump, str(connection.settings_dict["NAME"]), "--clean", "--if-exists")
    elif connection.introspection.table_names():
        raise Refused(_("The database at KAFO_DATABASE_URL is not empty. Make an empty one first."))
    else:
        begun.touch()
        sync_folder(begun.parent)
        _restore_dump(dump, str(connection.settings_dict["NAME"]))
    dump.unlink()


def _bake(office: Path) -> None:
    # In a process of its own: settings are read once, and these are those of the restored office.
    wanted = {"KAFO_HOME": str(office), "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE}
    command = [sys.executable, "-P", "-m", "django", "bake"]
    done = subprocess.run(  # noqa: S603 - the command is our own
        command, env={**os.environ, **wanted}, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise OSError(errno.EIO, done.stdout.strip() or _("its sites could not be baked"))
