"""An office's records and edits, invented: the same seed gives the same bytes.

Words are made of syllables and drawn with the frequencies of a language, so that they compress
about as French does; none of them was seen by the shipped dictionary.
"""

import random
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

SHARES = {"person": 30, "profile": 30, "activity": 17, "training": 15, "page": 4.5, "project": 3.5}
LENGTHS = {
    "person": (0, 12),
    "profile": (12, 50),
    "activity": (20, 70),
    "training": (20, 70),
    "page": (160, 520),
    "project": (50, 150),
}
_ONSETS = [
    "b",
    "bl",
    "c",
    "ch",
    "d",
    "f",
    "fl",
    "g",
    "gn",
    "j",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "qu",
    "r",
    "s",
    "t",
    "tr",
    "v",
]
_VOWELS = ["a", "e", "i", "o", "u", "é", "è", "ai", "au", "eau", "en", "in", "on", "ou", "oi"]
_ENDS = ["", "", "", "", "r", "s", "t", "l", "nt", "x"]


def _vocabulary() -> list[str]:
    chance = random.Random(2013)
    words: dict[str, None] = {}
    while len(words) < 5000:
        length = min(1 + len(words) // 150, chance.choice((1, 2, 2, 3, 3, 4)))
        parts = (chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(length))
        words["".join(parts) + chance.choice(_ENDS)] = None
    return list(words)


WORDS = _vocabulary()
_WEIGHTS = list(accumulate(1 / (rank + 3) for rank in range(len(WORDS))))


def _words(chance: random.Random, count: int) -> str:
    found = chance.choices(WORDS, cum_weights=_WEIGHTS, k=count)
    for at in range(0, count, 11):
        found[at] = found[at].capitalize()
        if at:
            found[at - 1] += "."
    return " ".join(found)


def _day(chance: random.Random) -> str:
    return f"20{chance.randint(10, 26)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


def _phone(chance: random.Random) -> str:
    return "+223 " + " ".join(str(chance.randint(10, 99)) for _ in range(4))


def record(chance: random.Random, number: int) -> dict[str, Any]:
    """Give the fields of one record; `leader` is how many records before it its leader is."""
    kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
    is_person = kind == "person"
    given, family = (chance.choice(WORDS[100:900]).capitalize() for _ in range(2))
    return {
        "kind": kind,
        "title": f"{given} {family}" if is_person else _words(chance, chance.randint(3, 9)),
        "email": f"{given}.{family}{chance.randint(1, 99)}@example.org".lower()
        if is_person
        else "",
        "phone": _phone(chance) if is_person else "",
        "town": chance.choice(WORDS[200:260]).capitalize(),
        "street": _words(chance, 3) if is_person else "",
        "language": chance.choice(("fr", "fr", "fr", "en", "bm")),
        "begins_on": _day(chance),
        "ends_on": _day(chance) if kind in {"activity", "training", "project"} else None,
        "count": chance.randint(0, 400),
        "amount": chance.randint(0, 90) * 25_000,
        "is_active": chance.random() < 0.8,
        "tags": chance.sample(WORDS[50:90], 2),
        "text": _words(chance, chance.randint(*LENGTHS[kind])),
        "leader": min(number, chance.randint(1, 200)) if chance.random() < 0.5 else 0,
    }


def records(count: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Give `count` records."""
    chance = random.Random(seed)
    for number in range(count):
        yield record(chance, number)


def edits(count: int, among: int, seed: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give corrections: which record, and the fields that change; no record twice."""
    chance = random.Random(seed)
    for number in chance.sample(range(among), count):
        made = record(chance, number)
        names = chance.sample(["town", "begins_on", "count", "amount", "title", "is_active"], 2)
        changed = {name: made[name] for name in names}
        if chance.random() < 0.1:
            changed["text"] = _words(chance, chance.randint(10, 60))
        yield number, changed
