"""What readers do, counted in memory by page: no address, no cookie, nobody is told from another.

The counts wait here until a loop of the room takes them to the database. When the process ends
before that, those of the last minute are lost; nobody waits for them.
"""

import re
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

VIEW, USEFUL, USELESS, SEARCH = "view", "useful", "useless", "search"
Key = tuple[str, str, str]
"""Site, what was done, page or words."""
MOST_KEYS = 20_000
MOST_BYTES = 200
ANSWER = "useful"

_MACHINES = ("bot", "crawl", "spider", "slurp", "curl", "wget", "python", "monitor")
_PERSONAL = re.compile(r"@|\d[\d .-]{4,}")
_lock = threading.Lock()
_counts: dict[Key, int] = {}


def _count(key: Key, number: int = 1) -> None:
    with _lock:
        if key in _counts or len(_counts) < MOST_KEYS:
            _counts[key] = _counts.get(key, 0) + number


def count_view(environ: Mapping[str, Any], slug: str, path: str) -> None:
    """Count that the page at `path` was read; machines that read everything are left out."""
    agent = environ.get("HTTP_USER_AGENT", "").lower()
    is_machine = not agent or any(word in agent for word in _MACHINES)
    if environ["REQUEST_METHOD"] == "GET" and not is_machine:
        _count((slug, VIEW, path.removesuffix("texte/")))


def count_answer(environ: Mapping[str, Any], slug: str, path: str) -> bool:
    """Count the answer to “was this page useful?”; give whether the request was one."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        return False
    if environ.get("HTTP_SEC_FETCH_SITE", "same-origin") != "same-origin":
        return False
    sent = parse_qs(environ["wsgi.input"].read(int(length)).decode("ascii", "replace"))
    kind = {"yes": USEFUL, "no": USELESS}.get(sent.get(ANSWER, [""])[0])
    if kind is None:
        return False
    _count((slug, kind, path))
    return True


def count_search(slug: str, words: str) -> None:
    """Count a search that found nothing; what looks like a number or an address is not kept."""
    if words and not _PERSONAL.search(words):
        _count((slug, SEARCH, words))


def take_counts() -> dict[Key, int]:
    """Give what was counted since the last time, and begin anew."""
    global _counts
    with _lock:
        taken, _counts = _counts, {}
    return taken


def give_back(counts: Mapping[Key, int]) -> None:
    """Take counts back that could not be written."""
    for key, number in counts.items():
        _count(key, number)
