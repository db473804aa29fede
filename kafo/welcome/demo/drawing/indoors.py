"""Pictures of rooms and things."""

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
    Point,
    Poster,
    mix,
)

# Border of Mali, north up, in degrees (east positive), coarse on purpose.
BORDER = [
    (-4.8, 25.0), (1.2, 21.1), (1.2, 20.7), (3.2, 19.7), (3.2, 19.0), (4.2, 19.2),
    (4.2, 16.9), (3.5, 15.5), (1.4, 15.3), (0.2, 15.0), (-0.5, 15.1), (-2.0, 14.2),
    (-2.9, 13.7), (-3.3, 12.8), (-4.3, 12.9), (-4.4, 12.4), (-5.2, 11.8), (-5.3, 10.9),
    (-5.5, 10.4), (-6.2, 10.6), (-7.0, 10.2), (-7.9, 10.2), (-8.4, 11.3), (-9.0, 12.4),
    (-10.3, 12.2), (-11.4, 12.1), (-11.5, 13.0), (-12.2, 14.6), (-11.8, 15.2), (-10.6, 15.3),
    (-9.5, 15.4), (-5.5, 15.5), (-5.4, 16.3), (-6.5, 25.0),
]  # fmt: skip
RIVER = [
    (-8.6, 11.9), (-7.9, 12.6), (-6.2, 13.5), (-4.2, 14.5), (-3.6, 16.0),
    (-2.8, 16.7), (-1.0, 16.9), (0.2, 16.0), (1.2, 15.2),
]  # fmt: skip


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
    for x, y, _ in [*seats, (90, 400, False), (90, 600, True), (1510, 500, False)]:
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


def two_desks() -> Poster:
    p = Poster(mix(TEAL, CREAM, 0.55), mix(TEAL, CREAM, 0.55), bands=1)
    p.rect(0, 730, WIDTH, HEIGHT, mix(SAND, CLAY, 0.25))
    for x in range(60, WIDTH, 120):
        p.line([(x, 740), (x + (x - 800) * 0.35, HEIGHT)], 4, mix(SAND, CLAY, 0.45))
    p.rect(600, 110, 1000, 400, CREAM, r=8)
    p.rect(620, 130, 980, 380, SKY)
    p.disc(890, 210, 44, GOLD)
    p.poly([(620, 380), (620, 330), (760, 280), (900, 330), (980, 300), (980, 380)], RUST)
    p.rect(794, 110, 806, 400, CREAM)
    for left in (110, 900):
        p.rect(left, 560, left + 590, 592, BRICK, r=6)
        p.rect(left + 30, 592, left + 60, 850, BRICK)
        p.rect(left + 530, 592, left + 560, 850, BRICK)
    for x, c in ((390, INDIGO), (1180, RED)):
        p.rect(x - 84, 610, x + 84, 770, c, r=30)
        p.rect(x - 100, 780, x + 100, 812, c, r=14)
        p.rect(x - 8, 812, x + 8, 900, INK)
        p.line([(x - 80, 920), (x, 890), (x + 80, 920)], 14, INK)
    p.rect(200, 330, 470, 520, INK, r=14)
    p.rect(216, 346, 454, 504, NIGHT, r=6)
    for k, w in enumerate((150, 90, 180, 60)):
        p.rect(236, 368 + k * 32, 236 + w, 380 + k * 32, LEAF if k % 2 else GOLD, r=4)
    p.rect(318, 520, 352, 560, INK)
    p.line([(540, 552), (610, 482)], 18, STONE)
    p.arc(626, 466, 30, 0, 270, 16, STONE)
    p.rect(960, 450, 1180, 556, STONE, r=10)
    p.rect(976, 466, 1164, 540, WHITE)
    for k in range(3):
        p.rect(990, 480 + k * 20, 1130 - k * 24, 487 + k * 20, SHADE)
    p.line([(1216, 548), (1280, 440)], 10, RED)
    p.rect(1320, 466, 1450, 556, INK, r=12)
    p.rect(1350, 448, 1400, 470, INK, r=6)
    p.disc(1388, 512, 34, STONE)
    p.disc(1388, 512, 20, NIGHT)
    return p


def map_communes() -> Poster:
    p = Poster(INDIGO, INDIGO, bands=1)

    def spot(east: float, north: float) -> Point:
        return 800 + (east + 4.0) * 62, 930 - (north - 9.8) * 57

    border = [spot(*corner) for corner in BORDER]
    p.poly([(x + 14, y + 16) for x, y in border], NIGHT)
    p.poly(border, mix(SAND, CREAM, 0.4))
    dice = random.Random(703)  # noqa: S311 - a drawing that comes out the same each time
    for row in range(26):
        for column in range(44):
            x, y = 120 + column * 34 + row % 2 * 17, 60 + row * 35
            if all(p.image.getpixel((int(a * 2), int(b * 2))) not in ((47, 75, 124), (32, 40, 77))
                   for a, b in ((x - 20, y), (x + 20, y), (x, y - 18), (x, y + 18))):  # fmt: skip
                chance = dice.random()
                colour = (
                    CLAY if chance < 0.06 else OCHRE if chance < 0.13 else mix(SAND, OCHRE, 0.22)
                )
                p.disc(x, y, 11, colour)
    p.line([spot(*bend) for bend in RIVER], 11, BLUE)
    for north, east in ((12.64, -8.0), (16.77, -3.0), (14.44, -11.44)):
        tip = spot(east, north)
        p.poly([(tip[0] - 24, tip[1] - 44), (tip[0] + 24, tip[1] - 44), tip], RED)
        p.disc(tip[0], tip[1] - 52, 27, RED)
        p.disc(tip[0], tip[1] - 52, 11, CREAM)
    return p


def library_shelf() -> Poster:
    p = Poster(BRICK, BRICK, bands=1)
    p.rect(60, 40, 1540, 960, mix(BRICK, INK, 0.45), r=10)
    dice = random.Random(11)  # noqa: S311 - a drawing that comes out the same each time
    colours = (RED, GOLD, TEAL, INDIGO, CREAM, LEAF, RUST, SKY, ROSE)
    for shelf in range(3):
        low = 326 + shelf * 300
        x = 96.0
        while x < 1470:
            wide, high = dice.choice((34, 42, 50, 60)), dice.choice((170, 196, 214, 232))
            if shelf == 1 and 640 < x < 930 or shelf == 2 and x > 1040:
                x += 20
                continue
            colour = dice.choice(colours)
            p.rect(x, low - high, x + wide - 4, low, colour, r=3)
            p.rect(x, low - high + 28, x + wide - 4, low - high + 40, mix(colour, INK, 0.35))
            x += wide
        p.rect(60, low, 1540, low + 24, RUST)
    p.disc(800, 506, 92, BLUE)
    p.poly(
        [
            (770, 440),
            (836, 430),
            (862, 490),
            (826, 520),
            (830, 574),
            (800, 588),
            (786, 520),
            (748, 492),
        ],
        LEAF,
    )
    p.arc(800, 506, 108, 60, 250, 10, GOLD)
    p.rect(740, 612, 860, 628, GOLD, r=6)
    p.rect(1110, 720, 1480, 926, OCHRE, r=8)
    p.rect(1110, 790, 1480, 806, CLAY)
    p.rect(1250, 770, 1340, 830, CREAM, r=6)
    for k in range(4):
        p.rect(1140 + k * 84, 690 - (k % 2) * 24, 1200 + k * 84, 724, colours[k])
    return p


def many_computers() -> Poster:
    p = Poster(NIGHT, NIGHT, bands=1)
    centre = (800.0, 500.0)
    places = [(180 + c * 310, 150 + r * 235) for r in range(4) for c in range(5)]
    outer = [q for q in places if abs(q[0] - 800) > 100 or not 300 < q[1] < 700]
    for x, y in outer:
        p.line([(x, y), centre], 5, mix(NIGHT, BLUE, 0.55))
    for n, (x, y) in enumerate(outer):
        screen = (TEAL, GOLD, ROSE, SKY)[(n * 3) % 4]
        p.rect(x - 82, y - 62, x + 82, y + 48, STONE, r=10)
        p.rect(x - 70, y - 50, x + 70, y + 36, screen, r=4)
        p.rect(x - 22, y + 48, x + 22, y + 66, STONE)
        p.rect(x - 56, y + 64, x + 56, y + 76, STONE, r=6)
        for k in range(3):
            height = 14 + (n * 17 + k * 23) % 50
            p.rect(
                x - 44 + k * 34, y + 26 - height, x - 22 + k * 34, y + 26, mix(screen, NIGHT, 0.6)
            )
    p.disc(*centre, 150, GOLD)
    p.disc(*centre, 128, NIGHT)
    for k in range(3):
        y = 430 + k * 52
        p.rect(730, y, 870, y + 40, CREAM, r=8)
        p.disc(752, y + 20, 8, LEAF)
        p.rect(776, y + 15, 850, y + 25, STONE, r=4)
    return p


def board_table() -> Poster:
    p = Poster(INDIGO, INDIGO, bands=1)
    for i in range(10):
        for j in range(7):
            left, low = i * 180 + (j % 2) * 90, j * 170
            tile: list[Point] = [
                (left, low - 66),
                (left + 66, low),
                (left, low + 66),
                (left - 66, low),
            ]
            p.poly(tile, mix(INDIGO, NIGHT, 0.35))
    for k in range(12):
        turn = math.radians(k * 30 + 15)
        x, y = 800 + 560 * math.cos(turn), 500 + 380 * math.sin(turn)
        p.disc(x, y, 70, CLAY)
        p.disc(x, y, 50, OCHRE)
    p.disc(800, 500, 520, BRICK, 340)
    p.disc(800, 496, 504, RUST, 324)
    p.disc(800, 496, 470, mix(RUST, OCHRE, 0.35), 292)
    for k in range(12):
        turn = math.radians(k * 30 + 15)
        x, y = 800 + 400 * math.cos(turn), 496 + 240 * math.sin(turn)
        dx, dy = math.cos(turn), math.sin(turn)
        p.poly(
            [
                (x + dx * a - dy * b, y + dy * a + dx * b)
                for a, b in ((-50, -36), (50, -36), (50, 36), (-50, 36))
            ],
            WHITE,
        )
        for line in (-26, 0, 24):
            p.line(
                [
                    (x + dx * line + dy * 24, y + dy * line - dx * 24),
                    (x + dx * line - dy * 22, y + dy * line + dx * 22),
                ],
                6,
                STONE,
            )
    p.disc(800, 496, 92, TEAL)
    p.disc(800, 496, 72, mix(TEAL, INK, 0.3))
    for k, c in enumerate((GOLD, RED, LEAF, GOLD, RED)):
        p.disc(800 + 40 * math.cos(k * 1.26), 496 + 40 * math.sin(k * 1.26), 28, c)
    return p


def august_calendar() -> Poster:
    p = Poster(mix(OCHRE, SAND, 0.3), mix(OCHRE, SAND, 0.3), bands=1)
    p.rect(0, 820, WIDTH, HEIGHT, BRICK)
    p.rect(0, 806, WIDTH, 830, mix(BRICK, INK, 0.35))
    p.rect(150, 90, 900, 740, mix(OCHRE, BRICK, 0.4), r=12)
    p.rect(136, 76, 886, 726, CREAM, r=12)
    p.rect(136, 76, 886, 210, RED, r=12)
    p.rect(136, 180, 886, 210, RED)
    for x in (260, 511, 762):
        p.rect(x - 12, 44, x + 12, 120, INK, r=10)
    for day in range(31):
        column, row = (day + 2) % 7, (day + 2) // 7
        x, y = 172 + column * 98, 234 + row * 97
        chosen = row == 2 and 0 <= column <= 4
        p.rect(x, y, x + 86, y + 82, GOLD if chosen else mix(SAND, CREAM, 0.45), r=8)
        if chosen:
            p.line([(x + 22, y + 42), (x + 38, y + 58), (x + 66, y + 24)], 9, MOSS)
    p.rect(1010, 640, 1480, 810, STONE, r=12)
    p.poly([(960, 806), (1010, 760), (1480, 760), (1530, 806)], SHADE)
    p.rect(1030, 420, 1460, 730, INK, r=14)
    p.rect(1050, 440, 1440, 710, SKY, r=6)
    p.rect(1080, 470, 1240, 600, CREAM, r=6)
    p.disc(1200, 510, 22, GOLD)
    p.poly([(1084, 598), (1140, 530), (1190, 598)], CLAY)
    for k in range(6):
        p.rect(1264, 474 + k * 24, 1410 - (k * 37) % 70, 486 + k * 24, INDIGO, r=4)
    p.rect(1080, 630, 1410, 642, INDIGO, r=4)
    p.rect(1080, 660, 1330, 672, INDIGO, r=4)
    p.disc(960, 780, 40, WHITE, 26)
    p.rect(924, 730, 996, 784, WHITE, r=8)
    p.rect(932, 738, 988, 750, BRICK, r=4)
    return p


def radio_phone() -> Poster:
    p = Poster(BRICK, BRICK, bands=1)
    for i in range(9):
        for j in range(6):
            x, y = i * 200 + 20, j * 180 + 20
            tone = mix(BRICK, INK, 0.28)
            if (i + j) % 2:
                p.line([(x, y), (x + 70, y + 60), (x, y + 120)], 10, tone)
                p.line([(x + 60, y), (x + 130, y + 60), (x + 60, y + 120)], 10, tone)
            else:
                p.arc(x + 70, y + 60, 56, 0, 360, 10, tone)
                p.disc(x + 70, y + 60, 14, tone)
    p.line([(880, 330), (1090, 60)], 14, STONE)
    p.disc(1090, 60, 18, RED)
    p.rect(170, 320, 980, 830, CREAM, r=40)
    p.rect(170, 700, 980, 830, SAND, r=40)
    p.rect(170, 690, 980, 770, SAND)
    p.disc(420, 560, 178, INK)
    p.disc(420, 560, 156, SHADE)
    for ring in (132, 100, 68, 36):
        p.disc(420, 560, ring, INK if ring in (132, 68) else SHADE)
    p.rect(650, 380, 930, 500, INK, r=14)
    p.rect(668, 398, 912, 482, GOLD, r=6)
    for k in range(11):
        p.rect(684 + k * 21, 412, 688 + k * 21, 440 if k % 5 else 456, INK)
    p.rect(790, 402, 797, 478, RED)
    for x in (712, 868):
        p.disc(x, 600, 58, INK)
        p.disc(x, 600, 44, TEAL)
        p.line([(x, 600), (x + 24, 572)], 9, CREAM)
    for k in range(5):
        p.rect(300 + k * 120, 752, 384 + k * 120, 796, (RED, SHADE, SHADE, SHADE, SHADE)[k], r=10)
    p.rect(1130, 360, 1410, 900, INK, r=48)
    p.rect(1146, 376, 1394, 884, INDIGO, r=38)
    p.rect(1172, 410, 1368, 580, SKY, r=10)
    p.rect(1196, 440, 1300, 456, INK, r=6)
    p.rect(1196, 474, 1344, 490, INK, r=6)
    p.rect(1196, 508, 1264, 524, INK, r=6)
    p.rect(1224, 604, 1316, 640, CREAM, r=16)
    for row in range(4):
        for k in range(3):
            p.rect(1176 + k * 66, 664 + row * 52, 1230 + k * 66, 702 + row * 52, CREAM, r=14)
    for r in (90, 140, 190):
        p.arc(1270, 330, r, 225, 315, 14, GOLD)
    return p
