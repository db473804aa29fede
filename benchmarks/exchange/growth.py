"""How cost grows with offices and with records: python -m benchmarks.exchange.growth

RECORDS=1000000 measures very many records anew (an hour and 8 GB of disk for each number of
offices; OFFICES=12 for that one alone); else what was measured the last time is told.
"""

import json
import os
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.exchange.line import ADDRESSES, Line
from benchmarks.exchange.plot import drawn
from benchmarks.figures import machine, tell
from benchmarks.processes import cpu_seconds
from kafo.federation.tests.offices import Office, federate

MANY = Path(__file__).with_name("many.json")
NUMBERS = (1, 3, 12)
PLOT = Path(__file__).parents[2] / "docs/exchange-growth.svg"


class Cost(defaultdict[str, float]):
    """What something cost, by its names."""

    def __init__(self) -> None:
        super().__init__(float)


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


def by_records(count: int, number: int) -> dict[str, Any]:
    """Measure so many offices that share `count` records, one new beside them, and a day.

    All exchange with Geneva alone, which passes on. The new office takes everything from it; the
    others only give, as they would take the same, less their own.
    """
    first, later, hub_first, hub_later = (Cost() for _ in range(4))
    with offices("geneva", *(f"office{n}" for n in range(1, number)), "new") as every:
        hub, *others, new = every
        tell(f"{count} records in {number} offices: written and sealed")
        for seed, office in enumerate([hub, *others]):
            office.tell("fill", count=count // number, seed=seed)
            office.tell("seal")
        sealed = _sealed(hub)
        hub.serve()
        with _measured(hub, hub_first):
            for office in others:
                sealed += _sealed(office)
                tell(f"… {office.name} is taken by the hub")
                _begin(new, hub)
                _begin(office, hub, gives=True)
                _end(office, hub, Cost(), gives=True)
                _end(new, hub, first)
            tell("… the last is taken by the new office")
            _begin(new, hub)
            _end(new, hub, first)
        checked = hub.do("check")
        if checked["parked"] or checked["alarms"]:
            raise RuntimeError(checked)
        _add(first, frames=checked["bytes"], sealing=sealed, memory=new.ask("sizes")["memory"])
        _add(hub_first, memory=hub.most_memory())
        tell("… a day")
        for seed, office in enumerate([hub, *others]):
            office.do("edit", count=100, seed=seed)
        with _measured(hub, hub_later):
            for office in others:
                _begin(office, hub, gives=True)
                _end(office, hub, Cost(), gives=True)
            _begin(new, hub)
            _end(new, hub, later)
        states = [office.do("state") for office in (hub, new)]
        if states[0] != states[1] or len(states[0]) != number:
            raise RuntimeError("The offices do not hold the same.")
    found = {"all": first, "day": later, "hub all": hub_first, "hub day": hub_later}
    return {"records": count, "offices": number, **found}


def _sealed(office: Office) -> float:
    office.hear()
    return float(office.hear()["processor"])


def _begin(office: Office, hub: Office, **how: bool) -> None:
    office.tell("visit", office=hub.name, address=hub.address, **how)


def _end(office: Office, hub: Office, cost: Cost, **how: bool) -> None:
    """Wait until a visit is done, begun again as often as it is cut; add what it costs."""
    while True:
        answer = office.hear()
        visit = answer["is"]
        _add(cost, seconds=answer["seconds"], processor=answer["processor"], bytes=visit["moved"])
        if "cut" not in visit:
            break
        _add(cost, cuts=1)
        tell(f"… cut: {visit['cut']}")
        _begin(office, hub, **how)
    if visit["faults"]:
        raise RuntimeError(visit)


def _add(cost: Cost, **more: float) -> None:
    for name, value in more.items():
        cost[name] += value


@contextmanager
def _measured(hub: Office, cost: Cost) -> Iterator[None]:
    server = hub.server.pid  # type: ignore[union-attr]
    begun, before = time.monotonic(), cpu_seconds(server)
    yield
    _add(cost, seconds=time.monotonic() - begun, processor=cpu_seconds(server) - before)


def many() -> list[dict[str, Any]]:
    """Give what very many records cost; measured when asked for, else as it was the last time."""
    known = {size["offices"]: size for size in json.loads(MANY.read_text())}
    if count := int(os.environ.get("RECORDS", "0")):
        for number in map(int, os.environ.get("OFFICES", "1 3 12").split()):
            known[number] = {**by_records(count, number), "machine": machine()}
            MANY.write_text(json.dumps([known[n] for n in sorted(known)], indent=1) + "\n")
    return [known[n] for n in sorted(known)]


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
    days = [by_offices(count) for count in NUMBERS]
    tell_growth(days, [by_records(10_000, number) for number in NUMBERS], many())


def tell_growth(
    days: list[dict[str, Any]], few: list[dict[str, Any]], very_many: list[dict[str, Any]]
) -> None:
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
        f"\n{few[0]['records']:,} and {very_many[0]['records']:,} records, shared equally among so "
        f"many offices. All exchange with Geneva alone, which passes on: each other office gives "
        f"it what it has written, and one new office takes everything from it, each log while "
        f"Geneva takes the next. (The others would take the same, less their own; they only "
        f"give.) Then 100 edits in each office, until Geneva and the new one hold all. Bytes of "
        f"bodies; all processes on this machine. Most memory counts the pages of the database file "
        f"that SQLite maps, up to 134 MB, which the system takes back when it needs them."
    )
    for size in very_many:
        print(
            f"\n{size['records']:,} records, {_offices(size)}: {size['machine']}; at low priority "
            f"beside other work, so trust processor times more than seconds.{size.get('note', '')}"
        )
    sizes = [*few, *very_many]
    heads = [f"{size['records']:,} records, {_offices(size)}" for size in sizes]
    print(f"\n| | {' | '.join(heads)} |\n|---|{'---|' * len(sizes)}")
    for name, unit, what, key, divided in (
        ("frames of all logs", "MB", "all", "frames", 1e6),
        ("processor time to seal them, all offices", "s", "all", "sealing", 1),
        ("taken by the new office", "MB", "all", "bytes", 1e6),
        ("… time", "s", "all", "seconds", 1),
        ("… its processor time", "s", "all", "processor", 1),
        ("… most memory", "MB", "all", "memory", 1e6),
        ("Geneva takes it and passes it on: processor time", "s", "hub all", "processor", 1),
        ("… most memory", "MB", "hub all", "memory", 1e6),
        ("a day: taken by the new office", "KB", "day", "bytes", 1e3),
        ("… time", "s", "day", "seconds", 1),
        ("… its processor time", "s", "day", "processor", 1),
        ("… processor time of Geneva", "s", "hub day", "processor", 1),
    ):
        cells = [
            f"{cost[key] / divided:,.1f} {unit}" if key in (cost := size.get(what, {})) else "–"
            for size in sizes
        ]
        print(f"| {name} | {' | '.join(cells)} |")
    print("\n![Bytes and time by offices and by records](exchange-growth.svg)\n", flush=True)
    PLOT.write_text(drawn(sizes))


def _offices(size: dict[str, Any]) -> str:
    return f"{size['offices']} office{'s' if size['offices'] > 1 else ''}"


if __name__ == "__main__":
    show_growth()
