"""Backup while the node writes.

A backup is one .tar.gz: manifest.json (what is in it, with SHA-256), the database
(kafo.sqlite3 made by VACUUM INTO, or kafo.pgdump) without open sessions, the media, and the
settings without secrets.
Baked pages are not in it: they are made again from the database.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from kafo.records.durable import sync_folder, write_whole
from kafo.records.errors import Refused

Progress = Callable[[str], None]

SECRETS = ("KAFO_SECRET_KEY", "KAFO_EMAIL_PASSWORD", "KAFO_DATABASE_URL")
# Whoever finds a backup could enter the desk with a session that is still open.
SESSIONS = ("django_session", "usersessions_usersession")
FORMAT = 1
_UNFINISHED = ".backup-"


def make_backup(target: Path | None = None, *, progress: Progress = lambda text: None) -> Path:
    """Write a backup of this node and give its path; the node may go on writing meanwhile.

    `target` is a file to make, or a folder for it; by default KAFO_HOME/backups/.
    Raises Refused when the database holds no office, the folder is missing, the disk is full, the
    file exists, or pg_dump is missing.
    """
    if "people_person" not in connection.introspection.table_names():
        raise Refused(_("There is no office in the database yet. Start it once: kafo run"))
    home: Path = settings.KAFO_HOME
    now = datetime.now(UTC)
    if target is None:
        target = home / "backups"
        target.mkdir(exist_ok=True)
    if target.is_dir():
        target /= f"kafo-{now:%Y%m%d-%H%M%S}.tar.gz"
    if not target.parent.is_dir():  # made here, it would lie on this disk instead of on the stick
        raise Refused(
            _("There is no folder %(folder)s. Is the disk plugged in?") % {"folder": target.parent}
        )
    if target.exists():
        raise Refused(_("%(file)s exists already; choose another name.") % {"file": target})
    try:
        _clear_broken(target.parent, now)
        with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=target.parent) as folder:
            _write_archive(Path(folder), target, now, progress)
        note = {"made_at": now.isoformat(), "file": str(target), "bytes": target.stat().st_size}
        write_note(home / "backups" / "last.json", note)
    except OSError as error:
        raise Refused(
            _("The backup could not be written: %(why)s. Free some space, or give another place.")
            % {"why": error.strerror or error}
        ) from error
    return target


def _clear_broken(folder: Path, now: datetime) -> None:
    """Take away what backups left that a power cut ended; another one may be at work just now."""
    for left in folder.glob(f"{_UNFINISHED}*"):
        if left.stat().st_mtime < now.timestamp() - 24 * 3600:
            shutil.rmtree(left, ignore_errors=True)


def _write_archive(folder: Path, target: Path, now: datetime, progress: Progress) -> None:
    home: Path = settings.KAFO_HOME
    progress(_("database"))
    files = {_dump_database(folder).name: folder / _database_name()}
    (folder / "settings.env").write_text(_settings_without_secrets(home), encoding="utf-8")
    files["settings.env"] = folder / "settings.env"
    progress(_("pictures and documents"))
    media: Path = settings.MEDIA_ROOT
    for path in sorted(media.rglob("*")) if media.is_dir() else []:
        if path.is_file():
            files[f"media/{path.relative_to(media)}"] = path
    manifest = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "office": settings.KAFO_OFFICE_ID,
        "files": {},
    }
    part = folder / "archive.tar.gz"
    progress(_("archive"))
    with tarfile.open(part, "w:gz", compresslevel=3) as archive:
        for name, path in files.items():
            try:
                digest = digest_of(path)
                archive.add(path, name)
                manifest["files"][name] = digest  # type: ignore[index]
            except FileNotFoundError:
                continue  # a picture that was deleted while the backup ran
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        archive.add(folder / "manifest.json", "manifest.json")
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.rename(target)
    sync_folder(target.parent)


def _database_name() -> str:
    return "kafo.sqlite3" if connection.vendor == "sqlite" else "kafo.pgdump"


def _dump_database(folder: Path) -> Path:
    target = folder / _database_name()
    if connection.vendor == "sqlite":
        source = sqlite3.connect(str(settings.DATABASES["default"]["NAME"]), timeout=60)
        try:
            source.execute("VACUUM INTO ?", (str(target),))
        except sqlite3.DatabaseError as error:
            raise Refused(
                _("The database could not be copied: %(why)s.") % {"why": error}
            ) from error
        finally:
            source.close()
        _forget_sessions(target)
        return target
    without = [f"--exclude-table-data={table}" for table in SESSIONS]
    run_postgres("pg_dump", "--format=custom", "--no-owner", *without, f"--file={target}")
    return target


def _forget_sessions(copy: Path) -> None:
    with closing(sqlite3.connect(str(copy))) as database:
        database.execute("PRAGMA secure_delete=ON")
        for table in SESSIONS:
            database.execute(f"DELETE FROM {table}")  # noqa: S608 - the names are our own
        database.commit()


def run_postgres(command: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on this node's database; raises Refused with what it said."""
    database = connection.settings_dict
    names = {
        "PGDATABASE": "NAME",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGHOST": "HOST",
        "PGPORT": "PORT",
    }
    wanted = {name: str(database[key]) for name, key in names.items() if database[key]}
    program = shutil.which(command)
    if program is None:
        raise Refused(
            _("%(program)s is missing: install the package postgresql-client.")
            % {"program": command}
        )
    done = subprocess.run(  # noqa: S603 - the program and its arguments are our own
        [program, *arguments], env={**os.environ, **wanted}, capture_output=True, text=True
    )
    if done.returncode:
        raise Refused(
            _("%(program)s failed: %(why)s")
            % {"program": command, "why": done.stderr.strip()[-500:]}
        )


def _settings_without_secrets(home: Path) -> str:
    path = home / "settings.env"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return "".join(f"{line}\n" for line in lines if line.partition("=")[0].strip() not in SECRETS)


def digest_of(path: Path) -> dict[str, Any]:
    """Give what the manifest says of a file."""
    with path.open("rb") as content:
        return {
            "sha256": hashlib.file_digest(content, "sha256").hexdigest(),
            "bytes": path.stat().st_size,
        }


def write_note(path: Path, note: dict[str, Any]) -> None:
    """Write for the health page what was done."""
    path.parent.mkdir(exist_ok=True)
    write_whole(path, json.dumps(note).encode())
