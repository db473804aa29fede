"""Rounds: what the node does by itself towards the others, in a thread of its own.

A slow line must not keep pages from being baked, which the same loops bring about.
"""

import logging
import threading
from collections.abc import Callable

from django.db import connections

from kafo.federation.queries import line, this_node
from kafo.federation.services.joining import go_on_due
from kafo.federation.services.visiting import compare_daily, visit_due

logger = logging.getLogger("kafo.federation")
_ROUND: tuple[Callable[[], int], ...] = (visit_due, go_on_due, compare_daily)


class Rounds:
    """A loop that lets a round be gone and never waits for it.

    What comes up while one is under way is not left for the next time: another one follows.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_due = False
        self._under_way: threading.Thread | None = None

    def __call__(self) -> int:
        if this_node() is None or line().is_cut:
            return 0
        with self._lock:
            self._is_due = True
            if self._under_way is None or not self._under_way.is_alive():
                self._under_way = threading.Thread(target=self._go, name="exchange", daemon=True)
                self._under_way.start()
        return 0

    def _go(self) -> None:
        while True:
            with self._lock:
                if not self._is_due:
                    self._under_way = None
                    return
                self._is_due = False
            _go_round()


def _go_round() -> None:
    try:
        for part in _ROUND:
            try:
                part()
            except Exception:
                logger.exception("A part of the exchange failed; it will be tried again.")
    finally:
        connections.close_all()
