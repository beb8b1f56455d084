"""The flat subjects: five road signs and four things. Coordinates: -1..1, y down."""

import math

import numpy as np

from pen import BLACK, WHITE, arc, colour, contrasting, shade


def red(rng):
    """A traffic-sign red, fresh or faded."""
    return colour(rng, hue=(0.97, 1.02), sat=(0.75, 1.0), val=(0.6, 0.92))


def pole(pen, rng):
    """Half of the signs stand on a grey pole that leaves the picture below."""
    if rng.random() < 0.5:
        grey = colour(rng, sat=(0, 0.1), val=(0.35, 0.7))
        pen.poly([(-0.07, 0.3), (0.07, 0.3), (0.07, 4), (-0.07, 4)], grey)


def stop_sign(pen, rng):
    """A red octagon with a white rim and the word STOP."""
    pole(pen, rng)
    corners = [(math.cos(a), math.sin(a)) for a in math.pi / 8 + np.arange(8) * math.pi / 4]
    rim = rng.uniform(0.89, 0.94)
    pen.poly(corners, WHITE)
    pen.poly([(x * rim, y * rim) for x, y in corners], red(rng))
    pen.text('STOP', rng.uniform(1.2, 1.4), rng.uniform(0.5, 0.7), rng.uniform(0.09, 0.13), WHITE)


def yield_sign(pen, rng):
    """A triangle on its tip, with a broad red border."""
    pole(pen, rng)
    corners = [(-0.86, -0.66), (0.86, -0.66), (0, 0.82)]
    rim = red(rng)
    inside = WHITE if rng.random() < 0.75 else colour(rng, hue=(0.12, 0.16), val=(0.85, 1.0))
    pen.stroke([*corners, corners[0]], 0.22, rim)
    pen.poly(corners, rim)
    size = rng.uniform(0.52, 0.72)
    pen.poly([(x * size, (y + 0.17) * size - 0.17) for x, y in corners], inside)


def no_entry_sign(pen, rng):
    """A red disc with a white bar across."""
    pole(pen, rng)
    pen.disc(0, 0, 1, WHITE)
    pen.disc(0, 0, rng.uniform(0.92, 0.97), red(rng))
    w, h = rng.uniform(0.6, 0.75), rng.uniform(0.13, 0.2)
    pen.poly([(-w, -h), (w, -h), (w, h), (-w, h)], WHITE)


def arrow_sign(pen, rng):
    """A white arrow to the left, right or straight up, on a blue or black plate."""
    pole(pen, rng)
    kind = rng.choice(['disc', 'square', 'plate'])
    side = -1 if rng.random() < 0.5 else 1
    ground = colour(rng, hue=(0.57, 0.64), sat=(0.75, 1.0), val=(0.5, 0.85))
    if kind == 'plate':
        ground = BLACK if rng.random() < 0.6 else ground
        pen.poly([(-1, -0.55), (1, -0.55), (1, 0.55), (-1, 0.55)], WHITE)
        pen.poly([(-0.96, -0.51), (0.96, -0.51), (0.96, 0.51), (-0.96, 0.51)], ground)
    elif kind == 'square':
        pen.poly([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)], WHITE)
        pen.poly([(-0.84, -0.84), (0.84, -0.84), (0.84, 0.84), (-0.84, 0.84)], ground)
    else:
        pen.disc(0, 0, 1, WHITE)
        pen.disc(0, 0, 0.94, ground)
    shaft, head = rng.uniform(0.1, 0.16), rng.uniform(0.34, 0.44)
    arrow = [(-0.7, -shaft), (0.15, -shaft), (0.15, -head), (0.74, 0), (0.15, head),
             (0.15, shaft), (-0.7, shaft)]
    arrow = [(x * side, y) for x, y in arrow]
    if kind != 'plate' and rng.random() < 0.35:
        arrow = [(y, -x * side) for x, y in arrow]
    pen.poly(arrow, WHITE)


def speed_limit_sign(pen, rng):
    """A white disc with a red ring and a number."""
    pole(pen, rng)
    pen.disc(0, 0, 1, red(rng))
    pen.disc(0, 0, rng.uniform(0.72, 0.82), WHITE)
    number = str(rng.choice([20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130]))
    width = rng.uniform(0.72, 0.85) if len(number) == 2 else rng.uniform(0.95, 1.08)
    pen.text(number, width, rng.uniform(0.65, 0.8), rng.uniform(0.1, 0.15), BLACK)


def clock(pen, rng):
    """A round clock with hour marks and two or three hands."""
    face = colour(rng, sat=(0, 0.35), val=(0.8, 1.0))
    if rng.random() < 0.2:
        face = colour(rng, val=(0.05, 0.25))
    ink = contrasting(rng, face, least=120, sat=(0, 0.5))
    pen.disc(0, 0, 1, contrasting(rng, face, least=60))
    pen.disc(0, 0, rng.uniform(0.84, 0.93), face)
    for hour in range(12):
        a = hour * math.pi / 6
        inner, width = (0.62, 0.09) if hour % 3 == 0 else (0.68, 0.055)
        pen.stroke([(inner * math.sin(a), inner * math.cos(a)),
                    (0.76 * math.sin(a), 0.76 * math.cos(a))], width, ink)
    minute = rng.integers(60)
    for turn, length, width in [(rng.uniform(0, 12) / 12, 0.4, 0.11), (minute / 60, 0.62, 0.075)]:
        a = 2 * math.pi * turn
        pen.stroke([(0, 0), (length * math.sin(a), -length * math.cos(a))], width, ink)
    if rng.random() < 0.5:
        a = rng.uniform(0, 2 * math.pi)
        pen.stroke([(0, 0), (0.66 * math.sin(a), -0.66 * math.cos(a))], 0.03, red(rng))
    pen.disc(0, 0, 0.07, ink)


def star(pen, rng):
    """A five-pointed star."""
    inner = rng.uniform(0.36, 0.5)
    turn = rng.uniform(0, 2 * math.pi)
    corners = [((1 if i % 2 == 0 else inner) * math.sin(turn + i * math.pi / 5),
                (1 if i % 2 == 0 else inner) * math.cos(turn + i * math.pi / 5)) for i in range(10)]
    fill = contrasting(rng, pen.background)
    if rng.random() < 0.3:
        pen.poly(corners, shade(fill, 0.55))
        corners = [(x * 0.87, y * 0.87) for x, y in corners]
    pen.poly(corners, fill)


def heart(pen, rng):
    """A heart, mostly red or pink."""
    hue = (0.92, 1.02) if rng.random() < 0.6 else (0, 1)
    fill = contrasting(rng, pen.background, least=45, hue=hue, sat=(0.5, 1), val=(0.4, 1))
    t = np.linspace(0, 2 * math.pi, 80)
    x = np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 16.5
    outline = np.stack([x * rng.uniform(0.9, 1.05), y - 0.12], axis=1)
    if rng.random() < 0.3:
        pen.poly(outline, shade(fill, 0.55))
        outline = outline * 0.9
    pen.poly(outline, fill)


def smiley(pen, rng):
    """A round face with two eyes and a smile, mostly yellow."""
    skin = colour(rng, hue=(0.11, 0.17), sat=(0.6, 1), val=(0.85, 1))
    if rng.random() < 0.25:
        skin = colour(rng, sat=(0.3, 0.9), val=(0.75, 1))
    if rng.random() < 0.7:
        pen.disc(0, 0, 1, BLACK if rng.random() < 0.5 else shade(skin, 0.6))
        pen.disc(0, 0, 0.94, skin)
    else:
        pen.disc(0, 0, 1, skin)
    eye, apart = rng.uniform(0.1, 0.15), rng.uniform(0.3, 0.38)
    for x in (-apart, apart):
        pen.disc(x, -0.28, eye, BLACK, eye * rng.uniform(1.1, 1.7))
    wide, deep = rng.uniform(0.5, 0.62), rng.uniform(0.38, 0.52)
    mouth = arc(0, 0.12, wide, deep, 10, 170)
    if rng.random() < 0.35:
        pen.poly(mouth, colour(rng, hue=(0.97, 1.02), sat=(0.6, 1), val=(0.3, 0.6)))
    pen.stroke(mouth, rng.uniform(0.08, 0.12), BLACK)
