"""The difference between two texts, word by word, for eyes, for ears and for paper."""

import re
from difflib import SequenceMatcher
from itertools import zip_longest

Part = tuple[str, str]  # ("same" | "ins" | "del", text)
Line = list[Part]

_WORD = re.compile(r"\s+|\w+(?:[’'-]\w+)*|[^\w\s]")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _words(old: str, new: str) -> Line:
    before, after = _WORD.findall(old), _WORD.findall(new)
    parts: Line = []

    def add(kind: str, words: list[str]) -> None:
        if words:
            parts.append((kind, "".join(words)))

    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            add("same", before[i1:i2])
        else:
            add("del", before[i1:i2])
            add("ins", after[j1:j2])
    return parts


def difference(old: str, new: str) -> list[Line]:
    """Give the lines of `new` with what was added, and what was taken out of `old`."""
    before, after = _lines(old), _lines(new)
    found: list[Line] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [[("same", line)] for line in before[i1:i2]]
            continue
        for left, right in zip_longest(before[i1:i2], after[j1:j2]):
            if left is None:
                found.append([("ins", right)])
            elif right is None:
                found.append([("del", left)])
            else:
                found.append(_words(left, right))
    return found


def is_same(old: str, new: str) -> bool:
    """Say whether the two texts have the same lines."""
    return _lines(old) == _lines(new)
