"""Drawing tools shared by the painters: colours, a pen with its own coordinates, a stroke font.

The stroke font keeps the drawings independent of the fonts that a machine has installed.
"""

import colorsys
import math

import numpy as np
from PIL import Image, ImageDraw

WHITE = (245, 245, 245)
BLACK = (20, 20, 20)


def colour(rng, hue=(0.0, 1.0), sat=(0.0, 1.0), val=(0.0, 1.0)):
    """A random RGB colour, three ints 0..255, from ranges of hue, saturation and value (0..1)."""
    h, s, v = rng.uniform(*hue) % 1.0, rng.uniform(*sat), rng.uniform(*val)
    return tuple(int(255 * c) for c in colorsys.hsv_to_rgb(h, s, v))


def luminance(rgb):
    """Brightness 0..255 of an RGB colour, as a grey picture would show it."""
    return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]


def contrasting(rng, other, least=60, **ranges):
    """A random colour whose brightness differs from `other` by at least `least` (0..255).

    Falls back to black or white where the ranges hold no such colour.
    """
    for _ in range(40):
        found = colour(rng, **ranges)
        if abs(luminance(found) - luminance(other)) >= least:
            return found
    return BLACK if luminance(other) > 128 else WHITE


def shade(rgb, factor):
    """The colour made darker (factor < 1) or lighter (factor > 1)."""
    return tuple(int(max(0, min(255, c * factor))) for c in rgb)


def arc(cx, cy, rx, ry, start, end, steps=28):
    """Points on an ellipse from angle `start` to `end` (degrees, clockwise as y points down)."""
    t = np.radians(np.linspace(start, end, steps))
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in t]


# Strokes of each glyph in a box 1 wide and 2 high, y down.
GLYPHS = {
    '0': [arc(0.5, 1, 0.5, 1, 0, 360)],
    '1': [[(0.15, 0.4), (0.6, 0), (0.6, 2)]],
    '2': [[*arc(0.5, 0.55, 0.5, 0.55, -170, 40), (0, 2), (1, 2)]],
    '3': [arc(0.5, 0.5, 0.48, 0.5, -150, 90), arc(0.5, 1.5, 0.5, 0.5, -90, 150)],
    '4': [[(0.75, 2), (0.75, 0), (0, 1.35), (1, 1.35)]],
    '5': [[(0.95, 0), (0.15, 0), (0.08, 0.9), *arc(0.45, 1.35, 0.55, 0.65, -130, 140)]],
    '6': [arc(0.5, 1.4, 0.5, 0.6, 0, 360), [(0.03, 1.25), (0.25, 0.5), (0.8, 0)]],
    '7': [[(0, 0), (1, 0), (0.35, 2)]],
    '8': [arc(0.5, 0.5, 0.44, 0.5, 0, 360), arc(0.5, 1.5, 0.5, 0.5, 0, 360)],
    '9': [arc(0.5, 0.6, 0.5, 0.6, 0, 360), [(0.97, 0.75), (0.75, 1.5), (0.2, 2)]],
    'S': [[*arc(0.5, 0.5, 0.5, 0.5, -30, -270), *arc(0.5, 1.5, 0.5, 0.5, -90, 150)]],
    'T': [[(0, 0), (1, 0)], [(0.5, 0), (0.5, 2)]],
    'O': [arc(0.5, 1, 0.5, 1, 0, 360)],
    'P': [[(0, 2), (0, 0), (0.5, 0), *arc(0.5, 0.5, 0.5, 0.5, -90, 90), (0, 1)]],
}


class Pen:
    """Paints in subject coordinates (x right, y down, the subject fills -1..1) on an RGBA layer.

    Every shape becomes polygons whose corners go through one 2x2 matrix and an offset, so that
    scale, rotation and squeeze cost nothing extra. The layer is `over` times as large as the
    picture; finish() scales it down, which smooths the edges.
    """

    def __init__(self, width, height, matrix, centre, background):
        self.over = 2 if width * height < 2_000_000 else 1
        self.layer = Image.new('RGBA', (width * self.over, height * self.over), (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.layer)
        self.matrix = np.asarray(matrix, dtype=np.float64)
        self.centre = np.asarray(centre, dtype=np.float64)
        self.background = background

    def poly(self, points, fill):
        """A filled polygon; points in subject coordinates, fill RGB 0..255."""
        at = (np.asarray(points, dtype=np.float64) @ self.matrix.T + self.centre) * self.over
        self.draw.polygon([(float(x), float(y)) for x, y in at], fill=(*fill, 255))

    def disc(self, cx, cy, rx, fill, ry=None):
        """A filled ellipse around (cx, cy) with radii rx and ry (a circle without ry)."""
        self.poly(arc(cx, cy, rx, ry or rx, 0, 360, 73), fill)

    def stroke(self, points, width, fill):
        """A line of `width` through the points, with round ends and joints."""
        half = width / 2
        for (x0, y0), (x1, y1) in zip(points, points[1:]):
            length = math.hypot(x1 - x0, y1 - y0) or 1e-9
            nx, ny = (y0 - y1) / length * half, (x1 - x0) / length * half
            self.poly([(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny),
                       (x0 - nx, y0 - ny)], fill)
        for x, y in points:
            self.poly(arc(x, y, half, half, 0, 360, 13), fill)

    def text(self, text, width, height, line, fill):
        """Text centred on (0, 0) in a box of width x height, drawn with strokes of width `line`."""
        step = width / (len(text) + 0.35 * (len(text) - 1))
        for i, char in enumerate(text):
            left = -width / 2 + i * step * 1.35
            for points in GLYPHS[char]:
                self.stroke([(left + x * step, (y / 2 - 0.5) * height) for x, y in points],
                            line, fill)

    def finish(self):
        """The layer at picture size: an RGBA image."""
        return self.layer.reduce(self.over) if self.over > 1 else self.layer
