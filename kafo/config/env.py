"""What an operator sets: environment variables, or the same names in KAFO_HOME/settings.env."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

HOME = Path(os.environ.get("KAFO_HOME", "kafo-data")).resolve()


def _from_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


_FILE = _from_file(HOME / "settings.env")


def text(name: str, default: str = "") -> str:
    """Give the setting `name` as text; the environment wins over settings.env."""
    return os.environ.get(name, _FILE.get(name, default))


def flag(name: str) -> bool:
    """Give the setting `name` as yes or no (1 or 0); raises ImproperlyConfigured."""
    value = text(name, "0").lower()
    if value not in {"0", "1", "yes", "no", "true", "false", ""}:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value in {"1", "yes", "true"}


def words(name: str, default: str = "") -> list[str]:
    """Give the setting `name` as a list of words separated by commas or spaces."""
    return text(name, default).replace(",", " ").split()


def database_at(url: str) -> dict[str, object]:
    """Give Django's settings for the database at `url`; raises ImproperlyConfigured."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path) or HOME / "kafo.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # A write takes its lock at once and waits its turn: a deferred one fails instead.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-20000;"
                    "PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;"
                    # What is erased is gone from the disk too; measured, it costs next to nothing.
                    "PRAGMA secure_delete=ON; PRAGMA journal_size_limit=0;"
                ),
            },
        }
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parse_qs(parts.query).get("host", [parts.hostname or ""])[0],
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured(
        "KAFO_DATABASE_URL must begin with sqlite:// or postgresql://, "
        "for example postgresql://kafo:secret@localhost/kafo."
    )
