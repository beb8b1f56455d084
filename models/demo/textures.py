"""The five textures. Each fills the picture.

A painter gets u and v, float32 arrays [height, width] of coordinates in units of the picture's
shorter side, and `px`, the size of one pixel in that unit. It returns float32 RGB 0..255,
[height, width, 3].
"""

import numpy as np

from pen import WHITE, colour, contrasting


def cover(distance, px):
    """How much of a pixel lies inside (0..1), from its distance to the edge (positive inside)."""
    return np.clip(0.5 + distance / px, 0, 1)


def mix(first, second, share):
    """Blend two RGB colours by `share` [height, width]: 0 gives the first, 1 the second."""
    first, second = np.float32(first), np.float32(second)
    return first + (second - first) * share[..., None]


def band(x, cell, duty=0.5):
    """Distance to the edge of bands of `cell * 2 * duty` width that repeat every `2 * cell`."""
    return (duty - np.abs((x / cell) % 2 - 1)) * cell


def pair(rng):
    """Two colours that stay apart in grey as well."""
    first = colour(rng)
    return first, contrasting(rng, first, least=75)


def checkerboard(u, v, px, rng):
    """Squares of two colours."""
    cell = rng.uniform(0.09, 0.2)
    a, b = cover(band(u, cell), px), cover(band(v, cell), px)
    return mix(*pair(rng), a * b + (1 - a) * (1 - b))


def stripes(u, v, px, rng):
    """Parallel stripes of two colours, of equal or unequal width."""
    return mix(*pair(rng), cover(band(u, rng.uniform(0.05, 0.13), rng.uniform(0.35, 0.65)), px))


def polka_dots(u, v, px, rng):
    """Round dots on a square or a staggered grid."""
    cell = rng.uniform(0.14, 0.28)
    row = np.floor(v / cell)
    shift = 0.5 * (row % 2) if rng.random() < 0.6 else 0.0
    x = ((u / cell + shift) % 1 - 0.5) * cell
    y = (v / cell - row - 0.5) * cell
    radius = cell * rng.uniform(0.24, 0.38)
    return mix(*pair(rng), cover(radius - np.hypot(x, y), px))


def brick_wall(u, v, px, rng):
    """Courses of bricks, each half a brick on from the one below, with mortar between."""
    high = rng.uniform(0.1, 0.19)
    long = high * rng.uniform(2.0, 2.9)
    joint = high * rng.uniform(0.08, 0.15)
    row = np.floor(v / high)
    along = u / long + 0.5 * (row % 2)
    column = np.floor(along)
    x = (0.5 - np.abs(along - column - 0.5)) * long
    y = (0.5 - np.abs(v / high - row - 0.5)) * high
    if rng.random() < 0.7:
        clay = colour(rng, hue=(0.0, 0.08), sat=(0.35, 0.8), val=(0.4, 0.75))
    else:
        clay = colour(rng, hue=(0.0, 0.15), sat=(0.0, 0.3), val=(0.3, 0.85))
    mortar = contrasting(rng, clay, least=45, sat=(0, 0.15))
    table = 1 + rng.uniform(0.04, 0.14) * rng.standard_normal((32, 32)).astype(np.float32)
    tone = table[row.astype(int) % 32, column.astype(int) % 32]
    inside = cover(np.minimum(x, y) - joint / 2, px)
    wall = np.float32(clay) * tone[..., None]
    return np.float32(mortar) + (wall - np.float32(mortar)) * inside[..., None]


def honeycomb(u, v, px, rng):
    """Hexagonal cells with walls between them, mostly in honey colours."""
    cell = rng.uniform(0.12, 0.25)
    tall = np.float32(3 ** 0.5)
    x, y = u / cell, v / cell
    # Hexagon centres lie on two interleaved grids; the nearer centre owns the pixel.
    ax, ay = (x % 1) - 0.5, (y % tall) - tall / 2
    bx, by = ((x - 0.5) % 1) - 0.5, ((y - tall / 2) % tall) - tall / 2
    first = np.hypot(ax, ay) < np.hypot(bx, by)
    hx, hy = np.abs(np.where(first, ax, bx)), np.abs(np.where(first, ay, by))
    to_wall = (0.5 - np.maximum(hx, hx * 0.5 + hy * tall / 2)) * cell
    if rng.random() < 0.65:
        wax = colour(rng, hue=(0.08, 0.14), sat=(0.6, 1), val=(0.6, 1))
    else:
        wax = colour(rng)
    wall = WHITE if rng.random() < 0.1 else contrasting(rng, wax, least=75)
    # Cells shade a little towards their walls or their middles, as hollows do.
    hollow = 1 + rng.uniform(-0.3, 0.3) * to_wall / cell * 2
    paint = np.clip(np.float32(wax) * hollow[..., None], 0, 255)
    inside = cover(to_wall - cell * rng.uniform(0.05, 0.1), px)
    return np.float32(wall) + (paint - np.float32(wall)) * inside[..., None]
