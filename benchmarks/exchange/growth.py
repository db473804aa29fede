"""How cost grows with offices and with records: python -m benchmarks.exchange.growth

MILLION=1 measures the million of records anew (an hour, 4 GB of disk); else the last is told.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.figures import machine, tell
from kafo.federation.tests.offices import Office, federate

MILLION = Path(__file__).with_name("million.json")


@contextmanager
def offices(*names: str) -> Iterator[list[Office]]:
    """Give offices that know each other, each in processes and a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="exchange-"))
    made = [Office(folder / name, name) for name in names]
    try:
        federate(*made)
        yield made
    finally:
        for office in made:
            office.close()
        shutil.rmtree(folder)


def by_records(count: int) -> dict[str, Any]:
    """Measure one office with `count` records, and another that takes them all, then 100 edits."""
    with offices("bamako", "geneva") as (bamako, geneva):
        found: dict[str, Any] = {"records": count}
        tell(f"{count} records: written")
        bamako.do("fill", count=count)
        tell("… sealed")
        sealed = bamako.ask("seal")
        found |= {"seal": sealed["seconds"], "seal memory": sealed["memory"]}
        found["frames"] = bamako.do("check")["bytes"]
        bamako.do("compact")
        bamako.serve()
        tell("… fetched as a state")
        begun, found["cuts"] = time.monotonic(), -1
        answer: dict[str, Any] = {"is": {"cut": ""}}
        while "cut" in answer["is"]:
            found["cuts"] += 1
            answer = geneva.ask("visit", office="bamako", address=bamako.address)
        found |= {"new office": time.monotonic() - begun, "new office bytes": answer["is"]["moved"]}
        found |= {"memory": answer["memory"], "loading": answer["seconds"]}
        bamako.do("edit", count=100, seed=3)
        answer = geneva.ask("visit", office="bamako", address=bamako.address)
        found |= {"edits": answer["seconds"], "edits bytes": answer["is"]["moved"]}
        if geneva.do("state") != bamako.do("state"):
            raise RuntimeError("The offices do not hold the same.")
        found["database"] = (geneva.home / "kafo.sqlite3").stat().st_size
    return found


def million() -> dict[str, Any]:
    """Give what a million of records cost; measured when asked for, else read."""
    if os.environ.get("MILLION"):
        found = by_records(1_000_000)
        found["when"] = f"{datetime.now(UTC):%Y-%m-%d}"
        found["machine"] = machine()
        MILLION.write_text(json.dumps(found, indent=1) + "\n")
    return dict(json.loads(MILLION.read_text()))


if __name__ == "__main__":
    print(json.dumps(by_records(int(os.environ.get("RECORDS", "10000")))))
