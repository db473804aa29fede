"""Backup while the node writes, proof that a backup restores, and the restore itself.

A backup is one .tar.gz: manifest.json (what is in it, with SHA-256), the database
(kafo.sqlite3 made by VACUUM INTO, or kafo.pgdump), the media, and the settings without secrets.
Baked pages are not in it: they are made again from the database.
"""

import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from kafo.records.errors import Refused

Progress = Callable[[str], None]

SECRETS = ("KAFO_SECRET_KEY", "KAFO_EMAIL_PASSWORD", "KAFO_DATABASE_URL")
FORMAT = 1


def make_backup(target: Path | None = None, *, progress: Progress = lambda text: None) -> Path:
    """Write a backup of this node and give its path; the node may go on writing meanwhile.

    `target` is a file to make, by default KAFO_HOME/backups/kafo-TIME.tar.gz.
    Raises Refused when the disk is full, the target exists, or pg_dump is missing.
    """
    home: Path = settings.KAFO_HOME
    now = datetime.now(UTC)
    target = target or home / "backups" / f"kafo-{now:%Y%m%d-%H%M%S}.tar.gz"
    if target.exists():
        raise Refused(_("%(file)s exists already; choose another name.") % {"file": target})
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
            _write_archive(Path(folder), target, now, progress)
    except OSError as error:
        raise Refused(
            _("The backup could not be written: %(why)s. Free some space, or give another place.")
            % {"why": error.strerror or error}
        ) from error
    note = {"made_at": now.isoformat(), "file": str(target), "bytes": target.stat().st_size}
    _write_note(home / "backups" / "last.json", note)
    return target


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
                digest = _digest(path)
                archive.add(path, name)
                manifest["files"][name] = digest  # type: ignore[index]
            except FileNotFoundError:
                continue  # a picture that was deleted while the backup ran
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        archive.add(folder / "manifest.json", "manifest.json")
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.rename(target)
    _sync_folder(target.parent)


def _database_name() -> str:
    return "kafo.sqlite3" if connection.vendor == "sqlite" else "kafo.pgdump"


def _dump_database(folder: Path) -> Path:
    target = folder / _database_name()
    if connection.vendor == "sqlite":
        source = sqlite3.connect(str(settings.DATABASES["default"]["NAME"]), timeout=60)
        try:
            source.execute("VACUUM INTO ?", (str(target),))
        except sqlite3.OperationalError as error:
            raise Refused(
                _("The database could not be copied: %(why)s.") % {"why": error}
            ) from error
        finally:
            source.close()
        return target
    _run_postgres("pg_dump", "--format=custom", "--no-owner", f"--file={target}")
    return target


def _run_postgres(command: str, *arguments: str) -> None:
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


def _digest(path: Path) -> dict[str, Any]:
    with path.open("rb") as content:
        return {
            "sha256": hashlib.file_digest(content, "sha256").hexdigest(),
            "bytes": path.stat().st_size,
        }


def verify_backup(file: Path, *, progress: Progress = lambda text: None) -> dict[str, Any]:
    """Restore a backup into a folder that is thrown away, and give its manifest with row counts.

    Raises Refused, with the reason, when the file would not restore.
    """
    with tempfile.TemporaryDirectory(prefix="kafo-verify-") as folder:
        manifest = _unpack(file, Path(folder), progress)
        if (database := Path(folder) / "kafo.sqlite3").exists():
            progress(_("database"))
            manifest["rows"] = dict(_proven_rows(database))
    note = {
        "verified_at": datetime.now(UTC).isoformat(),
        "file": str(file),
        "made_at": manifest["made_at"],
    }
    if (settings.KAFO_HOME / "backups").is_dir():
        _write_note(settings.KAFO_HOME / "backups" / "restored.json", note)
    return manifest


def _unpack(file: Path, folder: Path, progress: Progress) -> dict[str, Any]:
    damaged = _("%(file)s is not a whole backup (%(why)s). Take another one.")
    progress(_("archive"))
    try:
        with tarfile.open(file, "r:gz") as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads(
            (folder / "manifest.json").read_text(encoding="utf-8")
        )
        wrong = [n for n, known in manifest["files"].items() if _digest(folder / n) != known]
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError) as error:
        raise Refused(damaged % {"file": file, "why": error}) from error
    if wrong:
        raise Refused(damaged % {"file": file, "why": ", ".join(wrong[:3])})
    if manifest["format"] > FORMAT:
        raise Refused(_("This backup was made by a newer Kafo: update this one first."))
    return manifest


def _proven_rows(database: Path) -> Iterator[tuple[str, int]]:
    with sqlite3.connect(database) as rows:
        (verdict,) = rows.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok" or rows.execute("PRAGMA foreign_key_check").fetchone():
            raise Refused(_("The database in the backup is damaged: %(why)s.") % {"why": verdict})
        for table in (
            "people_person",
            "people_mandate",
            "wagtailcore_page",
            "wagtailcore_modellogentry",
        ):
            yield table, rows.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608


def restore_backup(
    file: Path, home: Path, *, progress: Progress = lambda text: None
) -> dict[str, Any]:
    """Make the data folder `home` from a backup and give the manifest.

    Raises Refused when `home` already holds an office or the backup is damaged. Secrets are made
    anew, so everybody signs in again.
    """
    if home.exists() and any(path.name != "backups" for path in home.iterdir()):
        raise Refused(
            _("%(home)s already holds an office. Move it away first: mv %(home)s %(home)s.old")
            % {"home": home}
        )
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=home.parent) as folder:
        office = Path(folder) / "office"
        office.mkdir()
        manifest = _unpack(file, office, progress)
        if (dump := office / "kafo.pgdump").exists():
            progress(_("database"))
            _run_postgres(
                "pg_restore",
                "--no-owner",
                "--exit-on-error",
                "--single-transaction",
                "--dbname=" + str(connection.settings_dict["NAME"]),
                str(dump),
            )
            dump.unlink()
        elif (database := office / "kafo.sqlite3").exists():
            progress(_("database"))
            dict(_proven_rows(database))
        (office / "manifest.json").unlink()
        with (office / "settings.env").open("a", encoding="utf-8") as lines:
            lines.write(f"KAFO_SECRET_KEY={secrets.token_urlsafe(50)}\n")
        (office / "settings.env").chmod(0o600)
        home.mkdir(exist_ok=True)
        for path in office.iterdir():
            path.rename(home / path.name)
    _sync_folder(home)
    return manifest


def _write_note(path: Path, note: dict[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(json.dumps(note), encoding="utf-8")
    part.rename(path)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
