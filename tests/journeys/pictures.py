"""Pictures to send: one that weighs as much as a telephone's, and one to be looked at."""

import random
from pathlib import Path

from PIL import Image

from kafo.welcome.demo.drawing.poster import (
    BRICK,
    CLAY,
    CREAM,
    GOLD,
    HEIGHT,
    INK,
    MOSS,
    OCHRE,
    SAND,
    SHADE,
    SKY,
    STONE,
    TEAL,
    WIDTH,
    Poster,
    house,
    mix,
)


def photograph(path: Path, width: int = 3000, height: int = 2000, seed: int = 1) -> Path:
    """Draw a JPEG that weighs as much as a photograph of this size; give its path."""
    grain = Image.frombytes(
        "L", (width // 4, height // 4), random.Random(seed).randbytes((width // 4) * (height // 4))
    )
    sky = Image.linear_gradient("L").resize((width, height))
    picture = Image.merge("RGB", (sky, grain.resize((width, height)), sky.rotate(180)))
    picture.save(path, quality=88)
    return path


def drawn_well(path: Path) -> Path:
    """Draw a pump on a well, a bucket below its spout, and houses behind; give its path."""
    p = Poster(SKY, CREAM, 560)
    p.disc(1290, 190, 95, GOLD)
    p.ridge(560, 26, 240, 0.8, mix(MOSS, SAND, 0.45))
    for x, width in ((90, 240), (1150, 300)):
        house(p, x, 640, width, 190, CLAY, BRICK)
    p.rect(0, 620, WIDTH, HEIGHT, OCHRE)
    p.ridge(700, 16, 210, 2.0, mix(OCHRE, SAND, 0.45))
    p.disc(760, 850, 330, SHADE, ry=74)
    p.disc(760, 826, 330, STONE, ry=74)
    p.rect(715, 430, 785, 830, TEAL, r=14)
    p.rect(690, 790, 810, 832, mix(TEAL, INK, 0.4), r=10)
    p.rect(700, 380, 800, 450, mix(TEAL, INK, 0.25), r=12)
    p.line([(750, 400), (440, 330), (370, 430)], 26, INK)
    p.line([(780, 520), (930, 520), (950, 575)], 34, mix(TEAL, INK, 0.25))
    p.line([(952, 600), (952, 700)], 12, SKY)
    p.poly([(870, 690), (1034, 690), (1010, 830), (894, 830)], BRICK)
    p.disc(952, 690, 82, SKY, ry=20)
    p.arc(952, 690, 84, 200, 340, 7, INK)
    p.image.resize((WIDTH, HEIGHT)).save(path, quality=88)
    return path
