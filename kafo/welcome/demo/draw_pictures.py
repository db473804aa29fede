"""Draw the pictures of the demonstration: flat posters, no faces, a few colours each.

Run ``python -m kafo.welcome.demo.draw_pictures`` to draw them all, or add keys to draw only those.
Drawing happens at twice the final size and is then reduced, which smooths the edges.
"""

import math
import random
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

WIDTH, HEIGHT, SCALE = 1600, 1000, 2
FOLDER = Path(__file__).parent / "pictures"

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
        dice = random.Random(seed)
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
    bow, keel = 300 * size, 62 * size
    hull = [(x - bow, y - 48 * size), (x - bow * 0.62, y), (x + bow * 0.62, y)]
    p.poly(
        [*hull, (x + bow, y - 48 * size), (x + bow * 0.6, y + keel), (x - bow * 0.6, y + keel)],
        colour,
    )
    p.poly([(x - bow * 0.7, y + 4), (x + bow * 0.7, y + 4), (x + bow * 0.66, y + 24 * size),
            (x - bow * 0.66, y + 24 * size)], band)  # fmt: skip


def house(p: Poster, x: float, base: float, w: float, h: float, wall: str, shade: str) -> None:
    p.rect(x, base - h, x + w, base, wall)
    p.rect(x + w * 0.72, base - h, x + w, base, shade)
    p.rect(x - 6, base - h - 14, x + w + 6, base - h + 6, shade)
    p.rect(x + w * 0.16, base - h * 0.62, x + w * 0.36, base, INK, r=6)
    p.rect(x + w * 0.48, base - h * 0.66, x + w * 0.64, base - h * 0.4, INK, r=4)


def river_bridge() -> Poster:
    p = Poster(ROSE, GOLD, 520)
    p.disc(1090, 500, 150, CREAM)
    p.ridge(500, 34, 260, 0.6, mix(CLAY, ROSE, 0.45))
    p.ridge(530, 18, 150, 2.2, CLAY)
    p.rect(0, 540, WIDTH, HEIGHT, INDIGO)
    p.rect(0, 690, WIDTH, HEIGHT, mix(INDIGO, NIGHT, 0.45))
    for i in range(11):
        y, half = 560 + i * 38, 150 - i * 9 + (i % 3) * 26
        p.rect(1090 - half, y, 1090 + half, y + 14, mix(GOLD, RUST, i / 11), r=7)
    p.ripples(560, 960, mix(INDIGO, SKY, 0.3), 40, 3)
    for i in range(9):
        x = 60 + i * 190
        p.poly([(x - 14, 452), (x + 14, 452), (x + 20, 620), (x - 20, 620)], INK)
        p.rect(x - 34, 612, x + 34, 632, INK, r=6)
    p.rect(0, 420, WIDTH, 456, INK)
    for i in range(33):
        p.rect(i * 50, 394, i * 50 + 5, 424, INK)
    p.rect(0, 392, WIDTH, 398, INK)
    pirogue(p, 470, 800, 1.15, INK, RED)
    p.line([(640, 800), (730, 600)], 7, INK)
    return p


def mud_mosque() -> Poster:
    p = Poster(SKY, CREAM, 760)
    p.disc(1320, 210, 92, GOLD)
    p.rect(0, 760, WIDTH, HEIGHT, SAND)
    p.poly([(0, HEIGHT), (0, 860), (WIDTH, 800), (WIDTH, HEIGHT)], mix(SAND, OCHRE, 0.35))
    p.rect(190, 430, 1410, 790, CLAY)
    for i in range(17):
        x = 190 + i * 72
        p.poly([(x, 432), (x + 18, 372), (x + 36, 432)], CLAY)
    for i in range(8):
        x = 232 + i * 154
        p.rect(x, 480, x + 44, 790, mix(CLAY, RUST, 0.6), r=20)
    for x, top, half in ((420, 250, 98), (800, 150, 122), (1180, 250, 98)):
        p.poly(
            [(x - half, 800), (x - half * 0.72, top), (x + half * 0.72, top), (x + half, 800)], RUST
        )
        p.poly(
            [
                (x + half * 0.3, 800),
                (x + half * 0.22, top),
                (x + half * 0.72, top),
                (x + half, 800),
            ],
            CLAY,
        )
        p.poly([(x - half * 0.72, top + 2), (x, top - 120), (x + half * 0.72, top + 2)], RUST)
        p.poly([(x + half * 0.2, top + 2), (x, top - 120), (x + half * 0.72, top + 2)], CLAY)
        p.disc(x, top - 126, 15, CREAM, 20)
        for row in range(5):
            y = top + 60 + row * 86
            for side in (-0.52, -0.12, 0.34):
                p.rect(x + half * side - 5, y, x + half * side + 5, y + 34, BRICK, r=4)
    p.rect(744, 600, 856, 800, INK, r=50)
    p.rect(744, 700, 856, 800, INK)
    p.poly([(150, 800), (190, 780), (1410, 780), (1450, 800)], BRICK)
    for i, x in enumerate((80, 1500)):
        p.line([(x, 860), (x + 8 - 16 * i, 610)], 16, SHADE)
        for a in range(0, 360, 40):
            tip = (
                x + 8 - 16 * i + 110 * math.cos(math.radians(a)),
                600 + 70 * math.sin(math.radians(a)),
            )
            p.line([(x + 8 - 16 * i, 606), tip], 12, MOSS)
    return p


def server_solar() -> Poster:
    p = Poster(SAND, SAND, bands=1)
    p.rect(0, 0, WIDTH, 700, mix(OCHRE, SAND, 0.35))
    p.rect(990, 70, 1520, 560, BRICK, r=10)
    p.rect(1010, 90, 1500, 540, SKY)
    p.disc(1370, 210, 84, GOLD)
    p.poly([(1010, 540), (1010, 440), (1250, 400), (1500, 450), (1500, 540)], RUST)
    p.line([(1255, 470), (1255, 540)], 12, INK)
    p.poly([(1090, 460), (1330, 330), (1440, 390), (1200, 520)], NIGHT)
    for i in range(1, 4):
        t = i / 4
        p.line([(1090 + 240 * t, 460 - 130 * t), (1200 + 240 * t, 520 - 130 * t)], 4, BLUE)
    p.line([(1145, 490), (1385, 360)], 4, BLUE)
    p.rect(0, 700, WIDTH, 760, BRICK)
    p.rect(0, 760, WIDTH, HEIGHT, CLAY)
    p.line([(1255, 548), (1255, 640), (1120, 668), (1000, 668)], 9, INK)
    p.rect(800, 560, 1010, 700, MOSS, r=10)
    p.rect(840, 536, 880, 562, INK, r=4)
    p.rect(930, 536, 970, 562, INK, r=4)
    p.poly([(912, 585), (872, 645), (902, 645), (890, 685), (938, 622), (906, 622)], GOLD)
    p.line([(800, 650), (700, 650)], 9, INK)
    p.rect(180, 190, 700, 700, INK, r=22)
    p.rect(204, 214, 676, 676, mix(INK, INDIGO, 0.45), r=12)
    for row in range(5):
        y = 236 + row * 86
        p.rect(226, y, 654, y + 66, STONE, r=8)
        p.rect(246, y + 24, 460, y + 42, SHADE, r=6)
        for light in range(4):
            p.disc(510 + light * 38, y + 33, 10, (LEAF, GOLD, LEAF, TEAL)[(light + row) % 4])
    p.rect(300, 700, 580, 722, INK)
    return p


def workshop_table() -> Poster:
    p = Poster(CLAY, CLAY, bands=1)
    for i in range(9):
        for j in range(6):
            p.rect(
                i * 180 + (j % 2) * 90 - 90,
                j * 170,
                i * 180 + (j % 2) * 90 + 84,
                j * 170 + 164,
                RUST,
                r=4,
            )
    seats = [(250 + i * 220, 190, False) for i in range(6)] + [
        (250 + i * 220, 810, True) for i in range(6)
    ]
    for x, y, below in [*seats, (90, 400, False), (90, 600, True), (1510, 500, False)]:
        p.disc(x, y, 66, INDIGO)
        p.disc(x, y, 46, BLUE)
    p.rect(150, 230, 1450, 770, BRICK, r=40)
    p.rect(160, 236, 1440, 756, SAND, r=34)
    for n, (x, _, below) in enumerate(seats):
        near, far = (740, 560) if below else (256, 436)
        if n % 3 == 1:
            low, high = sorted((near, far))
            p.rect(x - 60, low + 18, x + 60, high - 18, WHITE)
            for k in range(5):
                p.rect(x - 42, low + 40 + k * 24, x + 42 - (k % 3) * 22, low + 47 + k * 24, STONE)
            p.line([(x + 74, low + 40), (x + 92, high - 50)], 8, RED)
        else:
            middle = (near + far) / 2
            p.rect(x - 82, min(near, middle), x + 82, max(near, middle), STONE, r=8)
            p.rect(x - 82, min(far, middle), x + 82, max(far, middle), INK, r=8)
            p.rect(
                x - 70,
                min(far, middle) + 10,
                x + 70,
                max(far, middle) - 10,
                TEAL if n % 2 else SKY,
                r=4,
            )
            for k in range(3):
                top = min(near, middle) + 16 + k * 22
                p.rect(x - 66, top, x + 66, top + 14, SHADE, r=3)
    for x in (360, 580, 800, 1020, 1240):
        p.disc(x, 500, 26, WHITE)
        p.disc(x, 500, 19, BRICK)
    return p


PICTURES: dict[str, Callable[[], Poster]] = {
    "river-bridge": river_bridge,
    "mud-mosque": mud_mosque,
    "server-solar": server_solar,
    "workshop-table": workshop_table,
}


def main(keys: list[str]) -> None:
    """Draw the pictures named by `keys`, or all of them."""
    FOLDER.mkdir(exist_ok=True)
    for key in keys or PICTURES:
        PICTURES[key]().save(FOLDER / f"{key}.webp")


if __name__ == "__main__":
    main(sys.argv[1:])
