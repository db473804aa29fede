"""Pictures of places."""

import math
import random

from kafo.welcome.demo.drawing.poster import (
    BLUE,
    BRICK,
    CLAY,
    CREAM,
    GOLD,
    HEIGHT,
    INDIGO,
    INK,
    LEAF,
    MOSS,
    NIGHT,
    OCHRE,
    RED,
    ROSE,
    RUST,
    SAND,
    SHADE,
    SKY,
    STONE,
    TEAL,
    WHITE,
    WIDTH,
    Poster,
    house,
    mix,
    pirogue,
)


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
    p.disc(612, 236, 84, GOLD)
    p.rect(0, 760, WIDTH, HEIGHT, SAND)
    p.poly([(0, HEIGHT), (0, 860), (WIDTH, 800), (WIDTH, HEIGHT)], mix(SAND, OCHRE, 0.35))
    p.rect(190, 430, 1410, 790, CLAY)
    for i in range(17):
        x = 190 + i * 72
        p.poly([(x, 432), (x + 18, 372), (x + 36, 432)], CLAY)
    for i in range(8):
        x = 232 + i * 154
        p.rect(x, 480, x + 44, 790, mix(CLAY, RUST, 0.6), r=20)
    for x, top, half in ((420, 290, 98), (800, 200, 122), (1180, 290, 98)):
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


def two_pirogues() -> Poster:
    p = Poster(SKY, CREAM, 430)
    p.disc(400, 300, 100, GOLD)
    p.ridge(420, 22, 220, 1.0, mix(LEAF, SKY, 0.5))
    p.ridge(446, 14, 120, 3.0, mix(MOSS, SKY, 0.25))
    p.rect(0, 450, WIDTH, HEIGHT, TEAL)
    p.poly([(0, HEIGHT), (0, 700), (WIDTH, 610), (WIDTH, HEIGHT)], mix(TEAL, INDIGO, 0.35))
    p.ripples(470, 980, mix(TEAL, SKY, 0.4), 46, 5)
    pirogue(p, 1020, 600, 0.9, BRICK, GOLD)
    p.line([(850, 520), (760, 720)], 9, INK)
    pirogue(p, 640, 770, 1.25, INK, OCHRE)
    p.line([(430, 690), (330, 930)], 11, BRICK)
    for x in (1430, 1470, 1510, 1550):
        p.line([(x, HEIGHT), (x - 22, 640 + (x % 90))], 8, MOSS)
        p.disc(x - 22, 650 + (x % 90), 10, BRICK, 34)
    return p


def town_hall() -> Poster:
    p = Poster(SKY, CREAM, 700)
    p.disc(250, 190, 80, GOLD)
    p.rect(0, 720, WIDTH, HEIGHT, mix(SAND, RUST, 0.3))
    p.rect(0, 720, WIDTH, 740, mix(SAND, RUST, 0.5))
    p.rect(330, 360, 1270, 740, OCHRE)
    p.rect(300, 330, 1300, 372, BRICK)
    p.rect(640, 240, 960, 340, OCHRE)
    p.rect(620, 218, 980, 250, BRICK)
    p.rect(720, 272, 880, 316, CREAM, r=6)
    for i in range(7):
        x = 380 + i * 124
        p.rect(x, 480, x + 88, 740, INK, r=44)
        p.rect(x, 600, x + 88, 740, mix(INK, TEAL, 0.55) if i != 3 else TEAL)
        p.rect(x + 20, 410, x + 68, 450, BRICK, r=4)
    for k in range(3):
        p.rect(700 - k * 40, 740 + k * 22, 900 + k * 40, 764 + k * 22, STONE if k % 2 else CREAM)
    p.rect(1396, 220, 1406, 760, SHADE)
    for k, c in enumerate((LEAF, GOLD, RED)):
        p.rect(1406 + k * 44, 226, 1450 + k * 44, 314, c)
    p.rect(96, 640, 290, 770, BRICK, r=6)
    p.rect(110, 654, 276, 756, CREAM)
    for x, y in ((122, 664), (182, 664), (122, 710)):
        p.rect(x, y, x + 46, y + 36, WHITE)
        p.rect(x + 8, y + 10, x + 38, y + 15, STONE)
    p.rect(116, 770, 130, 850, BRICK)
    p.rect(256, 770, 270, 850, BRICK)
    return p


def dakar_call() -> Poster:
    p = Poster(NIGHT, mix(INDIGO, ROSE, 0.45), 640, 6)
    dice = random.Random(2)  # noqa: S311 - a drawing that comes out the same each time
    for _ in range(36):
        p.disc(dice.uniform(20, 1580), dice.uniform(20, 330), dice.uniform(2, 4.5), CREAM)
    p.rect(0, 690, WIDTH, HEIGHT, mix(TEAL, NIGHT, 0.35))
    p.ripples(710, 980, mix(TEAL, SKY, 0.35), 90, 4)
    p.poly(
        [(0, 650), (260, 640), (420, 690), (500, 740), (560, 850), (430, HEIGHT), (0, HEIGHT)], MOSS
    )
    p.poly(
        [(860, HEIGHT), (900, 840), (1000, 730), (1120, 700), (WIDTH, 680), (WIDTH, HEIGHT)], CLAY
    )
    house(p, 110, 720, 200, 160, CREAM, STONE)
    p.poly([(20, 660), (34, 440), (74, 440), (88, 660)], CREAM)
    for k in range(2):
        p.rect(30 - k * 4, 500 + k * 80, 78 + k * 4, 536 + k * 80, RED)
    p.rect(36, 400, 72, 440, GOLD)
    p.poly([(28, 402), (54, 372), (80, 402)], RED)
    house(p, 1170, 760, 250, 200, RUST, BRICK)
    p.line([(1500, 780), (1490, 580)], 20, INK)
    p.disc(1490, 530, 90, MOSS, 70)
    p.disc(1440, 560, 60, MOSS, 50)
    for x, y, turn in ((370, 560, 1), (1100, 560, -1)):
        p.line([(x, y + 20), (x, y + 190)], 12, STONE)
        p.poly(
            [
                (x + turn * a, y + b)
                for a, b in ((-60, -76), (-70, 0), (-30, 60), (40, 70), (76, 50))
            ],
            CREAM,
        )
        p.line([(x, y), (x + turn * 66, y - 70)], 7, STONE)
        p.disc(x + turn * 66, y - 70, 12, RED)
    for k in range(17):
        t = k / 16
        p.disc(450 + 570 * t, 480 - 270 * math.sin(math.pi * t), 8 + 4 * (k % 2), GOLD)
    return p


def school_tent() -> Poster:
    p = Poster(mix(SKY, BLUE, 0.2), CREAM, 600)
    p.disc(1330, 230, 96, GOLD)
    p.ridge(560, 50, 330, 0.4, mix(OCHRE, SAND, 0.6))
    p.ridge(640, 40, 250, 2.6, mix(OCHRE, SAND, 0.3))
    p.rect(0, 740, WIDTH, HEIGHT, OCHRE)
    p.poly([(0, 740), (WIDTH, 700), (WIDTH, 790), (0, 820)], mix(OCHRE, SAND, 0.25))
    p.poly([(250, 780), (420, 430), (1180, 430), (1350, 780)], INK)
    for i in range(9):
        left, right = 420 + i * 84.5, 420 + (i + 1) * 84.5
        low_left, low_right = 170 + i * 140, 170 + (i + 1) * 140
        stripe = CREAM if i % 2 else RED
        p.poly([(left, 400), (right, 400), (low_right, 590), (low_left, 590)], stripe)
        p.poly([(low_left, 588), (low_right, 588), ((low_left + low_right) / 2, 630)], stripe)
    p.poly([(420, 402), (800, 300), (1180, 402)], BRICK)
    for x in (190, 1410):
        p.line([(x, 590), (x, 820)], 14, BRICK)
        p.line([(x, 592), (x + (-120 if x < 800 else 120), 850)], 5, SHADE)
    p.rect(640, 540, 960, 720, MOSS, r=6)
    p.rect(640, 540, 960, 552, BRICK)
    p.line([(680, 600), (720, 576), (760, 616), (800, 584)], 7, CREAM)
    p.line([(690, 660), (910, 660)], 6, CREAM)
    p.disc(870, 604, 26, CREAM)
    p.disc(870, 604, 19, MOSS)
    for x, c in ((430, TEAL), (760, GOLD), (1090, TEAL)):
        p.poly([(x - 120, 850), (x + 120, 850), (x + 160, 930), (x - 160, 930)], c)
        p.poly([(x - 134, 876), (x + 134, 876), (x + 142, 894), (x - 142, 894)], CREAM)
        p.poly(
            [(x - 40, 838), (x, 852), (x + 40, 838), (x + 40, 874), (x, 888), (x - 40, 874)], WHITE
        )
    return p


def muizenberg() -> Poster:
    p = Poster(SKY, CREAM, 560)
    p.poly(
        [(0, 560), (0, 330), (180, 250), (420, 240), (560, 330), (760, 420), (1000, 560)],
        mix(MOSS, SKY, 0.35),
    )
    p.poly([(0, 560), (0, 430), (260, 380), (520, 480), (680, 560)], mix(MOSS, SKY, 0.1))
    p.rect(0, 540, WIDTH, 700, BLUE)
    for k in range(3):
        p.rect(0, 600 + k * 36, WIDTH, 612 + k * 36, mix(BLUE, WHITE, 0.35 + k * 0.25))
    p.rect(0, 690, WIDTH, HEIGHT, SAND)
    for i, c in enumerate((RED, GOLD, TEAL, INDIGO, LEAF, RUST)):
        x = 90 + i * 245
        p.rect(x + 14, 640, x + 196, 880, c)
        for k in range(4):
            p.rect(x + 34 + k * 42, 640, x + 46 + k * 42, 880, mix(c, INK, 0.14))
        p.poly([(x - 6, 646), (x + 105, 520), (x + 216, 646)], mix(c, WHITE, 0.78))
        p.poly([(x + 30, 638), (x + 105, 552), (x + 180, 638)], c)
        p.rect(x + 70, 710, x + 140, 880, CREAM)
        p.rect(x + 10, 880, x + 30, 920, SHADE)
        p.rect(x + 180, 880, x + 200, 920, SHADE)
    p.disc(1360, 200, 84, GOLD)
    return p


def baobab() -> Poster:
    p = Poster(mix(ROSE, GOLD, 0.3), CREAM, 720)
    p.disc(800, 430, 300, mix(GOLD, CREAM, 0.35))
    p.ridge(700, 18, 280, 0.5, mix(CLAY, SAND, 0.45))
    p.rect(0, 750, WIDTH, HEIGHT, OCHRE)
    p.poly([(0, 750), (WIDTH, 730), (WIDTH, 800), (0, 830)], mix(OCHRE, CLAY, 0.3))
    for x, s in ((180, 1.0), (330, 0.75), (1360, 0.9)):
        p.rect(x - 60 * s, 770 - 90 * s, x + 60 * s, 780, RUST)
        p.poly([(x - 92 * s, 770 - 84 * s), (x, 770 - 190 * s), (x + 92 * s, 770 - 84 * s)], BRICK)
        p.rect(x - 18 * s, 770 - 60 * s, x + 18 * s, 780, INK)
    dice = random.Random(8)  # noqa: S311 - a drawing that comes out the same each time

    def branch(x: float, y: float, turn: float, size: float, depth: int) -> None:
        ex, ey = x + size * math.cos(turn), y - size * math.sin(turn)
        p.line([(x, y), (ex, ey)], size * 0.3, INK)
        if depth == 0:
            p.disc(ex, ey, dice.uniform(26, 44), MOSS, dice.uniform(16, 26))
            return
        for bend in (-0.5, 0.08, 0.55):
            branch(ex, ey, turn + bend + dice.uniform(-0.12, 0.12), size * 0.68, depth - 1)

    p.poly(
        [
            (640, 830),
            (704, 700),
            (690, 480),
            (740, 400),
            (860, 400),
            (912, 480),
            (896, 700),
            (965, 830),
        ],
        INK,
    )
    for x, turn in ((716, 2.5), (762, 1.85), (838, 1.3), (886, 0.65)):
        branch(x, 440, turn, 150, 3)
    p.poly(
        [(850, 430), (900, 490), (884, 700), (940, 826), (866, 826), (850, 700)],
        mix(INK, CLAY, 0.25),
    )
    return p


def market() -> Poster:
    p = Poster(SKY, CREAM, 560)
    for i, c in enumerate((RUST, OCHRE, CLAY, OCHRE, RUST)):
        house(p, 10 + i * 330, 640, 300, 300 + (i * 53) % 120, c, mix(c, INK, 0.25))
    p.rect(0, 620, WIDTH, HEIGHT, SAND)
    for i, (c, fruit) in enumerate(((RED, GOLD), (TEAL, RED), (INDIGO, LEAF))):
        x = 50 + i * 520
        for post in (x + 26, x + 430):
            p.rect(post, 400, post + 16, 860, BRICK)
        for k in range(8):
            a = x + k * 58
            colour = c if k % 2 == 0 else CREAM
            p.poly([(a + 24, 320), (a + 68, 320), (a + 58, 450), (a, 450)], colour)
            p.disc(a + 29, 450, 29, colour, 24)
        p.rect(x + 10, 690, x + 460, 860, mix(BRICK, RUST, 0.5), r=8)
        for row in range(3):
            for k in range(7 - row):
                p.disc(
                    x + 66 + k * 56 + row * 28,
                    672 - row * 44,
                    29,
                    mix(fruit, INK, 0.1 * ((k + row) % 2)),
                )
        for k in range(4):
            p.rect(x + 30 + k * 108, 720, x + 118 + k * 108, 830, mix(BRICK, INK, 0.18), r=6)
    for x in (520, 1050):
        p.poly([(x - 60, 900), (x + 60, 900), (x + 44, 970), (x - 44, 970)], OCHRE)
        for k in range(3):
            p.disc(x - 36 + k * 36, 894, 24, (LEAF, MOSS, LEAF)[k])
    return p
