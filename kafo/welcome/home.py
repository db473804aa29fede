"""The data folder of a node; made before Django can start, since its settings lie in it."""

import fcntl
import secrets
import shutil
import time
from contextlib import suppress
from gettext import gettext as _
from pathlib import Path
from typing import TextIO

from django.core.exceptions import ImproperlyConfigured

from kafo.records.durable import sync_folder, write_whole
from kafo.records.ids import new_id

RESTORING = ".restoring"
RESTORED = ".restored"
DATABASE_BEGUN = ".restoring-database"
FOLDERS = ("media", "baked", "backups")
GUIDE = "demo.txt"
DEMO_MARK = "KAFO_DEMO=1\n"
RUNNING = "running.lock"
STOPS_SECONDS = 5  # so long a server that was told to stop may still be there

_held: dict[Path, TextIO] = {}


def prepare_home(home: Path, *, is_demo: bool = False, office: str = "") -> bool:
    """Make the data folder with its own secret and office id; give False when it was there.

    An office that another one invited has its id already.
    """
    home.mkdir(parents=True, exist_ok=True)
    for folder in FOLDERS:
        (home / folder).mkdir(exist_ok=True)
    path = home / "settings.env"
    if path.exists():
        return False
    lines = DEMO_MARK if is_demo else ""
    lines += f"KAFO_OFFICE_ID={office or new_id()}\nKAFO_SECRET_KEY={secrets.token_urlsafe(50)}\n"
    write_whole(path, lines.encode(), mode=0o600)
    return True


def clear_broken_demo(home: Path) -> None:
    """Take away what a broken-off demonstration left in `home`, and nothing else.

    Raises ImproperlyConfigured when `home` holds something that no demonstration made.
    """
    if not home.exists() or not any(home.iterdir()):
        return
    settings = home / "settings.env"
    if not settings.is_file() or DEMO_MARK not in settings.read_text(encoding="utf-8"):
        raise ImproperlyConfigured(f"{home} is in use. Give the demonstration a folder of its own.")
    shutil.rmtree(home)


def hold_home(home: Path) -> None:
    """Keep other servers off `home` until this process and its workers have ended, however.

    Commands work beside it. Raises ImproperlyConfigured when another server runs on `home`.
    """
    if home in _held:
        return
    lock = (home / RUNNING).open("a+", encoding="utf-8")
    end = time.monotonic() + STOPS_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() < end:
                time.sleep(0.1)
                continue
            lock.close()
            known = {"home": home, "process": ", ".join(_users_of(home / RUNNING)) or "?"}
            said = _(
                "An office runs on %(home)s already (process %(process)s). Stop that one first, "
                "or name another folder with --home."
            )
            raise ImproperlyConfigured(said % known) from None
    _held[home] = lock


def _users_of(path: Path) -> list[str]:
    """Give the processes that have a file open, as far as the system shows them."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if entry.readlink() == path:
                found.add(entry.parts[2])
    return sorted(found, key=int)


def finish_restore(home: Path) -> None:
    """Put a restored office into its place, also after a crash in the midst of it."""
    restored = home / RESTORED
    if not restored.is_dir():
        return
    for path in restored.iterdir():
        path.replace(home / path.name)
    sync_folder(home)
    (home / DATABASE_BEGUN).unlink(missing_ok=True)
    restored.rmdir()
