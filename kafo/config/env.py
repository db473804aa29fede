"""What an operator sets: environment variables, or the same names in KAFO_HOME/settings.env."""

import os
from pathlib import Path

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
