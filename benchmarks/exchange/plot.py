"""The plot of how cost grows: bytes and processor time by offices, a curve for each size."""

import math
from collections.abc import Iterator
from typing import Any

PANELS = (
    ("all", "bytes", 1e6, "All of it for a new office: MB"),
    ("all", "processor", 1, "… processor time to take it: s"),
    ("day", "bytes", 1e3, "A day of 100 edits in each office: KB"),
    ("day", "processor", 1, "… processor time to take it: s"),
)
COLOURS = ("#0a5a8a", "#a3480b")
WIDE, HIGH = 360, 230


def drawn(sizes: list[dict[str, Any]]) -> str:
    """Give the plot of what was measured for each number of records and offices."""
    counts = sorted({size["records"] for size in sizes})
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDE} {2 * HIGH + 30}" '
        'font-family="sans-serif" font-size="12" role="img">',
        "<title>Bytes and processor time by offices: all of it for a new office, and a day</title>",
        f'<rect width="{2 * WIDE}" height="{2 * HIGH + 30}" fill="#fff"/>',
    ]
    for at, (count, colour) in enumerate(zip(counts, COLOURS, strict=True)):
        x = 40 + at * 160
        parts.append(f'<path d="M{x} 18h24" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{x + 32}" y="22" fill="{colour}">{count:,} records</text>')
    parts.append(
        f'<text x="{2 * WIDE - 20}" y="22" text-anchor="end" fill="#555">'
        "each line is ten times the one below</text>"
    )
    for at, (what, key, divided, title) in enumerate(PANELS):
        curves = [
            [
                (size["offices"], size[what][key] / divided)
                for size in sizes
                if size["records"] == count and key in size[what]
            ]
            for count in counts
        ]
        parts += _panel(at % 2 * WIDE, 30 + at // 2 * HIGH, title, curves)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(x: int, y: int, title: str, curves: list[list[tuple[int, float]]]) -> Iterator[str]:
    numbers = sorted({number for curve in curves for number, _ in curve})
    values = [math.log10(value) for curve in curves for _, value in curve]
    lowest = math.floor(min(values))
    highest = max(math.ceil(max(values)), lowest + 1)
    left, right, top, bottom = x + 55, x + WIDE - 20, y + 45, y + HIGH - 40

    def height(value: float) -> float:
        return bottom - (bottom - top) * (math.log10(value) - lowest) / (highest - lowest)

    def across(number: int) -> float:
        return left + 30 + (right - left - 60) * numbers.index(number) / (len(numbers) - 1)

    yield f'<text x="{x + 20}" y="{y + 24}" font-weight="bold">{title}</text>'
    for power in range(lowest, highest + 1):
        at = height(10**power)
        yield f'<path d="M{left} {at:.1f}H{right}" stroke="#ddd"/>'
        yield f'<text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end" fill="#555">'
        yield f"{10**power:,g}</text>"
    for number in numbers:
        name = f"{number} office{'s' if number > 1 else ''}"
        yield f'<text x="{across(number):.1f}" y="{bottom + 26}" text-anchor="middle">{name}</text>'
    # The upper curve is labelled above, the lower one below: they may lie upon each other.
    for curve, colour, over in zip(curves, COLOURS, (18, -8), strict=True):
        line = " ".join(f"{across(n):.1f},{height(value):.1f}" for n, value in curve)
        yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for number, value in curve:
            a, b = across(number), height(value)
            shown = f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"
            yield f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="{colour}"/>'
            yield f'<text x="{a:.1f}" y="{b + over:.1f}" text-anchor="middle" fill="{colour}" '
            yield f'stroke="#fff" stroke-width="3" paint-order="stroke">{shown}</text>'
