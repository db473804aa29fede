"""The layers of the house as pyproject.toml states them, and what belongs to which room."""

import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "kafo"


@cache
def layers() -> list[str]:
    """Give the names of the rooms, highest first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return next(c["layers"] for c in contracts["contracts"] if c.get("exhaustive"))


def is_below(lower: str, upper: str) -> bool:
    """Say whether room `lower` may be known by room `upper`."""
    return layers().index(lower) > layers().index(upper)


def rooms() -> list[str]:
    """Give the rooms proper: every layer but the composition root."""
    return [room for room in layers() if room != "config"]


def files_of(room: str, *endings: str) -> list[Path]:
    """Give the files of a room with one of the endings, tests left out."""
    return [
        path
        for path in sorted((PACKAGE / room).rglob("*"))
        if path.suffix in endings and "tests" not in path.parts and "migrations" not in path.parts
    ]
