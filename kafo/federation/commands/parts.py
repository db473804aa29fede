"""What a command of this room is made of."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Options = argparse.Namespace
Argument = tuple[tuple[str, ...], dict[str, Any]]


@dataclass(frozen=True)
class Command:
    """A command: its words, what it does, and what it takes."""

    words: str
    run: Callable[[Options], int | None]
    text: str
    arguments: tuple[Argument, ...] = ()
    needs_office: bool = True


def argument(*names: str, **settings: Any) -> Argument:
    """Give what argparse is to be told of one argument."""
    return names, settings


def this_node() -> Any:
    """Give the node of this data folder, made when there is none yet."""
    from kafo.federation.services.starting import ensure_node

    return ensure_node()


def say(text: Any) -> None:
    """Say a line to whoever gave the command."""
    sys.stdout.write(f"{text}\n")
