"""The layers of the house as pyproject.toml states them, and what belongs to which room."""

import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "kafo"


@cache
def layers() -> list[list[str]]:
    """Give the names of the rooms of each layer, highest first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    found = next(c["layers"] for c in contracts["contracts"] if c.get("exhaustive"))
    return [[room.strip() for room in layer.split("|")] for layer in found]


def depth(room: str) -> int:
    """Give in which layer a room is, the highest being 0."""
    return next(at for at, layer in enumerate(layers()) if room in layer)


def is_below(lower: str, upper: str) -> bool:
    """Say whether room `lower` may be known by room `upper`."""
    return depth(lower) > depth(upper)


def rooms() -> list[str]:
    """Give the rooms proper: every layer but the composition root."""
    return [room for layer in layers() for room in layer if room != "config"]


def files_of(room: str, *endings: str) -> list[Path]:
    """Give the files of a room with one of the endings, tests left out."""
    return [
        path
        for path in sorted((PACKAGE / room).rglob("*"))
        if path.suffix in endings and "tests" not in path.parts and "migrations" not in path.parts
    ]
