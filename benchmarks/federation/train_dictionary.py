"""Make the dictionary that frames are packed with: python -m benchmarks.federation.train_dictionary

It is trained on invented records and on the texts of the demonstration, never on data of an office,
because a dictionary holds pieces of what it was trained on. A number, the
argument, is given once: peers have the old ones. The benchmark draws its frames from another seed.
"""

import random
import sys
from pathlib import Path

import zstandard

from benchmarks.federation.office_data import edit, records
from kafo.federation.wire.cbor import encode

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "kafo/federation/wire/dictionaries"
SIZE = 64 * 1024


def samples() -> list[bytes]:
    chance = random.Random(1)
    made = []
    for number, each in enumerate(records(6000, seed=1)):
        fields = dict(enumerate(each.values(), start=1))
        made.append(encode([1, 1 + number % 30, 1, 1, number, fields]))
        names = list(each)
        changed = {names.index(name) + 1: value for name, value in edit(chance, each).items()}
        made.append(encode([1, 1 + number % 30, 1, 1, number, changed]))
    for path in sorted((ROOT / "kafo/welcome/demo").rglob("*.toml")):
        text = path.read_text()
        made += [encode({1: part}) for part in text.split("\n\n") if len(part) > 60]
    return made


if __name__ == "__main__":
    target = TARGET / f"{int(sys.argv[1])}.zdict"
    if target.exists():
        sys.exit(f"{target} exists: peers have it; give another number.")
    trained = zstandard.train_dictionary(SIZE, samples(), level=19, dict_id=int(sys.argv[1]))
    target.write_bytes(trained.as_bytes())
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")
