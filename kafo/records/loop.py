"""Long work: rows with a state, and loops that bring them to rest; each loop can run once."""

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections

logger = logging.getLogger("kafo.loop")

_passes: dict[str, Callable[[], int]] = {}
_wake = threading.Event()


def register_loop(name: str, one_pass: Callable[[], int]) -> None:
    """Add a loop; `one_pass` does what is ready and gives how many rows it moved."""
    _passes[name] = one_pass


def wake() -> None:
    """Tell the running loops that there is work, so that nobody waits for the next round."""
    _wake.set()


def run_once() -> dict[str, int]:
    """Run every loop once; give the rows moved by each. An error stops only its own loop."""
    moved = {}
    for name, one_pass in _passes.items():
        try:
            moved[name] = one_pass()
        except Exception:
            logger.exception("The loop %s failed; it will be tried again.", name)
            moved[name] = 0
    return moved


def run_forever(stop: threading.Event, every_seconds: float = 30) -> None:
    """Run the loops until `stop` is set, when woken or every so many seconds."""
    while not stop.is_set():
        _wake.clear()
        close_old_connections()
        if not any(run_once().values()):
            _wake.wait(every_seconds)
