"""The data folder of a node; made before Django can start, since its settings lie in it."""

import os
import secrets
from pathlib import Path

from kafo.records.ids import new_id

FOLDERS = ("media", "baked", "backups")


def prepare_home(home: Path) -> bool:
    """Make the data folder with its own secret and office id; give False when it was there."""
    home.mkdir(parents=True, exist_ok=True)
    for folder in FOLDERS:
        (home / folder).mkdir(exist_ok=True)
    path = home / "settings.env"
    if path.exists():
        return False
    lines = f"KAFO_OFFICE_ID={new_id()}\nKAFO_SECRET_KEY={secrets.token_urlsafe(50)}\n"
    part = home / "settings.env.part"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    return True
