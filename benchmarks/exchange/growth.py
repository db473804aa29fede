"""How cost grows with offices and with records: python -m benchmarks.exchange.growth

RECORDS=1000000 measures very many records anew (an hour, 8 GB of disk); else the last is told.
"""

import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.exchange.line import ADDRESSES, Line
from benchmarks.figures import machine, tell
from kafo.federation.tests.offices import Office, federate

MANY = Path(__file__).with_name("many.json")
PLOT = Path(__file__).parents[2] / "docs/exchange-growth.svg"


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
        found |= {"seal": sealed["seconds"], "seal processor": sealed["processor"]}
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
        found |= {"memory": answer["memory"], "processor": answer["processor"]}
        found["server memory"] = bamako.most_memory()
        bamako.do("edit", count=100, seed=3)
        answer = geneva.ask("visit", office="bamako", address=bamako.address)
        found |= {"edits": answer["seconds"], "edits bytes": answer["is"]["moved"]}
        if geneva.do("state") != bamako.do("state"):
            raise RuntimeError("The offices do not hold the same.")
        found["database"] = (geneva.home / "kafo.sqlite3").stat().st_size
    return found


def many() -> dict[str, Any]:
    """Give what very many records cost; measured when asked for, else as it was the last time."""
    if count := int(os.environ.get("RECORDS", "0")):
        found = by_records(count)
        found["when"] = f"{datetime.now(UTC):%Y-%m-%d}"
        found["machine"] = machine()
        MANY.write_text(json.dumps(found, indent=1) + "\n")
    return dict(json.loads(MANY.read_text()))


def by_offices(count: int) -> dict[str, Any]:
    """Measure a day of so many offices: 100 edits in each, two visits of each to Geneva."""
    found: dict[str, Any] = {"offices": count, "bytes": 0, "seconds": 0.0}
    if count == 1:
        return found
    folder = Path(tempfile.mkdtemp(prefix="exchange-"))
    with Line() as line:
        hub = Office(
            folder / "geneva", "geneva", inside=line.inside(0), host=ADDRESSES[0], port=8000
        )
        names = [f"office{number}" for number in range(1, count)]
        others = [Office(folder / name, name, inside=line.inside(1)) for name in names]
        every = [hub, *others]
        try:
            tell(f"{count} offices: made")
            federate(*every)
            for number, office in enumerate(every):
                office.do("fill", count=200, seed=number)
            hub.serve()
            _round(hub, others)
            _round(hub, others)
            for number, office in enumerate(every):
                office.do("edit", count=100, seed=number)
            tell("… a day")
            line.count()
            found["seconds"] = _round(hub, others) + _round(hub, others)
            time.sleep(0.3)
            found["bytes"] = line.count() / len(others)
            states = [office.do("state") for office in every]
            if any(state != states[0] for state in states) or len(states[0]) != count:
                raise RuntimeError("The offices do not hold the same.")
        finally:
            for office in every:
                office.close()
            shutil.rmtree(folder)
    found["seconds"] /= len(others)
    return found


def _round(hub: Office, others: list[Office]) -> float:
    begun = time.monotonic()
    for office in others:
        visit = office.visit(hub)
        if "cut" in visit or visit["faults"]:
            raise RuntimeError(visit)
    return time.monotonic() - begun


def show_growth() -> None:
    """Print how cost grows, and draw it."""
    tell_growth([by_offices(count) for count in (1, 3, 12)], [by_records(10_000), many()])


def tell_growth(days: list[dict[str, Any]], sizes: list[dict[str, Any]]) -> None:
    print("### How cost grows\n")
    print(
        "A day of 1, 3 and 12 offices of 200 records: 100 edits in each, and each but Geneva "
        "visits Geneva twice, which passes on what it has of the others; after the day all hold "
        "the same. IP bytes both ways, counted as above; new connections, no TLS.\n"
    )
    print("| offices | IP bytes an office and day | at 64 kbit/s | without a line |")
    print("|---|---|---|---|")
    for day in days:
        print(
            f"| {day['offices']} | {day['bytes'] / 1000:,.1f} KB | "
            f"{day['bytes'] * 8 / 64_000:,.0f} s | {day['seconds']:.1f} s |"
        )
    print(
        f"\nOne office, and a new one that takes all of it as a state after the old frames were "
        f"dropped (bytes of bodies, both processes on this machine), then 100 edits. The larger "
        f"one was measured on {sizes[1]['when']} ({sizes[1]['machine']}), at low priority beside "
        f"other work: trust its processor times more than its seconds.{sizes[1].get('note', '')}\n"
    )
    print("| | " + " | ".join(f"{size['records']:,} records" for size in sizes) + " |")
    print("|---|---|---|")
    for name, unit, key, divided in (
        ("frames of the log", "MB", "frames", 1e6),
        ("sealed in", "s", "seal", 1),
        ("… processor time", "s", "seal processor", 1),
        ("state for a new office", "MB", "new office bytes", 1e6),
        ("written, fetched and applied in", "s", "new office", 1),
        ("… processor time of who takes it", "s", "processor", 1),
        ("most memory of the office that takes it", "MB", "memory", 1e6),
        ("most memory of the office that gives it", "MB", "server memory", 1e6),
        ("100 edits: bytes", "KB", "edits bytes", 1e3),
        ("100 edits: time", "s", "edits", 1),
    ):
        cells = [f"{size[key] / divided:,.1f} {unit}" if key in size else "–" for size in sizes]
        print(f"| {name} | {' | '.join(cells)} |")
    print("\n![Bytes by offices and by records](exchange-growth.svg)\n", flush=True)
    PLOT.write_text(drawn(days, sizes))


def drawn(days: list[dict[str, Any]], sizes: list[dict[str, Any]]) -> str:
    """Give the plot: bytes of a day by offices; of a new office and of 100 edits by records."""
    left = [(day["offices"], day["bytes"] / 1000) for day in days]
    new = [(size["records"], size["new office bytes"] / 1000) for size in sizes]
    some = [(size["records"], size["edits bytes"] / 1000) for size in sizes if "edits" in size]
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 300" '
        'font-family="sans-serif" font-size="12" role="img">',
        "<title>Bytes of a day by offices; of a new office and of 100 edits by records</title>",
        '<rect width="720" height="300" fill="#fff"/>',
        *_panel(20, "KB an office and day, by offices", [(left, "#0a5a8a", "")], is_log=False),
        *_panel(
            380,
            "KB, by records (both logarithmic)",
            [(new, "#0a5a8a", "new office"), (some, "#a3480b", "100 edits")],
            is_log=True,
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


Curve = tuple[list[tuple[float, float]], str, str]


def _panel(x: float, title: str, curves: list[Curve], *, is_log: bool) -> Iterator[str]:
    def scaled(value: float) -> float:
        return math.log10(value) if is_log else value

    points = [point for curve, _, _ in curves for point in curve]
    across, up = ([scaled(point[axis]) for point in points] for axis in (0, 1))
    lowest = min(0.0, *up) if not is_log else min(up) - 0.5
    wide, high = (max(across) - min(across)) or 1, (max(up) - lowest) or 1

    def place(point: tuple[float, float]) -> tuple[float, float]:
        right = (scaled(point[0]) - min(across)) / wide
        return x + 40 + 230 * right, 250 - 190 * (scaled(point[1]) - lowest) / high

    yield f'<text x="{x}" y="24" font-weight="bold">{title}</text>'
    yield f'<path d="M{x + 30} 50V250H{x + 320}" fill="none" stroke="#555"/>'
    for curve, colour, name in curves:
        placed = [place(point) for point in curve]
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in placed)
        yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for (a, b), (number, value) in zip(placed, curve, strict=True):
            yield f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="{colour}"/>'
            yield f'<text x="{a + 6:.1f}" y="{b - 7:.1f}" fill="{colour}">{value:,.0f}</text>'
            yield f'<text x="{a:.1f}" y="268" text-anchor="middle">{number:,}</text>'
        if name:
            a, b = placed[0]
            yield f'<text x="{a + 6:.1f}" y="{b + 18:.1f}" fill="{colour}">{name}</text>'


if __name__ == "__main__":
    show_growth()
