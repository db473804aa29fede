"""Figures, each beside its target and the alternative measured in the same run, as Markdown."""

import os
import platform
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured thing; `ratio` says how many times better Kafo is than the alternative."""

    name: str
    unit: str
    kafo: float
    other: float | None = None
    at_most: float | None = None
    times_at_least: float | None = None
    more_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        if self.other is None:
            return None
        better, worse = (self.kafo, self.other) if self.more_is_better else (self.other, self.kafo)
        return better / worse if worse else None

    @property
    def is_held(self) -> bool | None:
        """Say whether the target is reached; None when there is none."""
        if self.at_most is not None:
            return self.kafo <= self.at_most
        if self.times_at_least is not None:
            return self.ratio is not None and self.ratio >= self.times_at_least
        return None

    def row(self) -> str:
        target = ""
        if self.at_most is not None:
            target = f"≤ {_short(self.at_most)} {self.unit}"
        elif self.times_at_least is not None:
            target = f"≥ {_short(self.times_at_least)} ×"
        other = "" if self.other is None else f"{_short(self.other)} {self.unit}"
        ratio = "" if self.ratio is None else f"{_short(self.ratio)} ×"
        held = {None: "", True: "yes", False: "**no**"}[self.is_held]
        cells = [self.name, target, f"{_short(self.kafo)} {self.unit}", other, ratio, held]
        return f"| {' | '.join(cell.strip() for cell in cells)} |"


def _short(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def median(measure: Callable[[], float], times: int = 5) -> float:
    """Give the middle one of several measurements."""
    return statistics.median(measure() for _ in range(times))


def percentile(values: Iterable[float], share: float) -> float:
    """Give the value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(title: str, conditions: str, other: str, figures: Iterable[Figure]) -> None:
    """Print a section: what was measured, under which conditions, and the table."""
    print(f"## {title}\n")
    print(f"{conditions}\n")
    print(f"{machine()}\n")
    print(f"| figure | target | Kafo | {other} | ratio | held |\n|---|---|---|---|---|---|")
    for figure in figures:
        print(figure.row())
    print(flush=True)


def machine() -> str:
    """Say where and when this was measured, and how busy the machine was."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "?")
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {model}, {os.cpu_count()} cores · "
        f"load average {load} · Python {platform.python_version()}, "
        f"Django {version('django')}, Wagtail {version('wagtail')}, "
        f"granian {version('granian')}, SQLite {sqlite3.sqlite_version}"
    )


def tell(text: str) -> None:
    """Say on standard error what is being done."""
    print(f"  · {text}", file=sys.stderr, flush=True)


def said_by(*command: Any) -> str:
    """Give what `command` prints: on its standard output, else on the other one."""
    done = subprocess.run(
        [str(each) for each in command], check=True, text=True, capture_output=True
    )
    return (done.stdout or done.stderr).strip()
