"""The canvas, the colours and the shapes shared by the pictures of the demonstration.

Drawing happens at twice the final size and is then reduced, which smooths the edges.
"""

import math
import random
from pathlib import Path

from PIL import Image, ImageDraw

WIDTH, HEIGHT, SCALE = 1600, 1000, 2

INK, NIGHT, INDIGO, BLUE, SKY = "#2b2140", "#20284d", "#2f4b7c", "#4f86b0", "#a9d3dc"
TEAL, LEAF, MOSS, BRICK, CLAY = "#2a8c82", "#6d9a45", "#3f6b3a", "#8a3b26", "#b9592f"
RUST, OCHRE, GOLD, SAND, CREAM = "#cf7638", "#df9d40", "#f2c14e", "#f0d3a0", "#fbefd9"
ROSE, STONE, SHADE, RED, WHITE = "#eaa489", "#c9bfae", "#7b6a63", "#c8442f", "#ffffff"

Point = tuple[float, float]


def mix(first: str, second: str, share: float) -> str:
    """Return the colour that lies `share` of the way from `first` to `second`."""
    pairs = ((int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


class Poster:
    """A canvas measured in the pixels of the finished picture."""

    def __init__(self, top: str, bottom: str, horizon: float = HEIGHT, bands: int = 7) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), bottom)
        self.draw = ImageDraw.Draw(self.image)
        for band in range(bands):
            colour = mix(top, bottom, band / max(bands - 1, 1))
            self.rect(0, horizon * band / bands, WIDTH, horizon, colour)

    def poly(self, points: list[Point], colour: str) -> None:
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=colour)

    def rect(self, x: float, y: float, right: float, low: float, colour: str, r: float = 0) -> None:
        box = (x * SCALE, y * SCALE, right * SCALE - 1, low * SCALE - 1)
        self.draw.rounded_rectangle(box, radius=r * SCALE, fill=colour)

    def disc(self, x: float, y: float, r: float, colour: str, ry: float | None = None) -> None:
        ry = r if ry is None else ry
        self.draw.ellipse([v * SCALE for v in (x - r, y - ry, x + r, y + ry)], fill=colour)

    def line(self, points: list[Point], width: float, colour: str) -> None:
        self.draw.line(
            [(x * SCALE, y * SCALE) for x, y in points],
            fill=colour,
            width=round(width * SCALE),
            joint="curve",
        )
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, colour)

    def arc(self, x: float, y: float, r: float, start: float, end: float, w: float, c: str) -> None:
        box = [v * SCALE for v in (x - r, y - r, x + r, y + r)]
        self.draw.arc(box, start, end, fill=c, width=round(w * SCALE))

    def ridge(self, y: float, height: float, length: float, shift: float, colour: str) -> None:
        """Fill everything below a line of soft hills."""
        tops = [
            (
                x,
                y
                - height * math.sin(x / length + shift)
                - height * 0.4 * math.sin(x / length * 2.3 + shift * 3),
            )
            for x in range(0, WIDTH + 20, 10)
        ]
        self.poly([(0, HEIGHT), *tops, (WIDTH + 20, HEIGHT)], colour)

    def ripples(self, top: float, low: float, colour: str, count: int, seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311 - a drawing that comes out the same each time
        for _ in range(count):
            y = top + (low - top) * dice.random() ** 0.8
            x, half = (
                dice.uniform(0, WIDTH),
                dice.uniform(30, 110) * (0.4 + (y - top) / (low - top)),
            )
            self.rect(x - half, y, x + half, y + 5, colour, r=2)

    def save(self, path: Path) -> None:
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        small.save(path, "WEBP", quality=82, method=6)


def pirogue(p: Poster, x: float, y: float, size: float, colour: str, band: str) -> None:
    """Draw a boat around (x, y), 600 points long at size 1, with a band along its side."""
    bow, keel = 300 * size, 62 * size
    hull = [(x - bow, y - 48 * size), (x - bow * 0.62, y), (x + bow * 0.62, y)]
    p.poly(
        [*hull, (x + bow, y - 48 * size), (x + bow * 0.6, y + keel), (x - bow * 0.6, y + keel)],
        colour,
    )
    p.poly([(x - bow * 0.7, y + 4), (x + bow * 0.7, y + 4), (x + bow * 0.66, y + 24 * size),
            (x - bow * 0.66, y + 24 * size)], band)  # fmt: skip


def house(p: Poster, x: float, base: float, w: float, h: float, wall: str, shade: str) -> None:
    """Draw a house that stands on `base`, with its left wall at `x`: a door and a window."""
    p.rect(x, base - h, x + w, base, wall)
    p.rect(x + w * 0.72, base - h, x + w, base, shade)
    p.rect(x - 6, base - h - 14, x + w + 6, base - h + 6, shade)
    p.rect(x + w * 0.16, base - h * 0.62, x + w * 0.36, base, INK, r=6)
    p.rect(x + w * 0.48, base - h * 0.66, x + w * 0.64, base - h * 0.4, INK, r=4)
