"""Draws a random picture of a given class; the same seed always gives the same picture.

    python3 draw.py sheet.png     a contact sheet: one row a class
"""

import math
import sys

import numpy as np
from PIL import Image, ImageFilter

import flat
import solids
import textures
from pen import Pen, colour

# Name(s) and painter of each class; the place in the list is the model's output index.
CLASSES = [
    ('cube, hexahedron', solids.cube),
    ('sphere, ball', solids.sphere),
    ('cylinder', solids.cylinder),
    ('cone', solids.cone),
    ('torus, ring', solids.torus),
    ('square pyramid, pyramid', solids.pyramid),
    ('stop sign', flat.stop_sign),
    ('yield sign, give-way sign', flat.yield_sign),
    ('no-entry sign, do-not-enter sign', flat.no_entry_sign),
    ('arrow sign, one-way sign', flat.arrow_sign),
    ('speed limit sign', flat.speed_limit_sign),
    ('brick wall, brickwork', textures.brick_wall),
    ('checkerboard, chequerboard', textures.checkerboard),
    ('stripes', textures.stripes),
    ('polka dots', textures.polka_dots),
    ('honeycomb', textures.honeycomb),
    ('clock face, clock', flat.clock),
    ('star, five-pointed star', flat.star),
    ('heart', flat.heart),
    ('smiley, smiling face', flat.smiley),
]


def label_line(index):
    """The line of labels.txt for a class: an id of our own, then its names."""
    return f'd{index + 1:08d} {CLASSES[index][0]}'


def grid(width, height):
    """x and y, float32 [height, width], centred, in units of the shorter side."""
    least = min(width, height)
    x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / least
    y = (np.arange(height, dtype=np.float32) + 0.5 - height / 2) / least
    return np.meshgrid(x, y)


def blotches(rng, width, height, cells):
    """Smooth random values around 0, float32 [height, width]; `cells` blotches to a side."""
    small = Image.fromarray(rng.standard_normal((cells, cells)).astype(np.float32))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def background(rng, width, height):
    """A plain, graded, blotchy or two-part background.

    Returns float32 RGB [height, width, 3] and the colour, RGB 0..255, that it is about.
    """
    base = colour(rng, sat=(0.0, 0.7), val=(0.1, 1.0))
    x, y = grid(width, height)
    kind = rng.choice(['plain', 'graded', 'blotchy', 'horizon'])
    tone = np.zeros((height, width), dtype=np.float32)
    if kind == 'graded':
        a = rng.uniform(0, 2 * math.pi)
        tone = (math.cos(a) * x + math.sin(a) * y) * rng.uniform(20, 70)
    elif kind == 'blotchy':
        tone = blotches(rng, width, height, int(rng.integers(3, 14))) * rng.uniform(5, 18)
    elif kind == 'horizon':
        edge = rng.uniform(-0.2, 0.3) + x * rng.uniform(-0.1, 0.1)
        tone = np.where(y > edge, rng.uniform(-40, 40), 0).astype(np.float32)
    tint = np.float32([rng.uniform(0.7, 1.0) for _ in range(3)])
    return np.float32(base) + tone[..., None] * tint, base


def subject(rng, width, height, painter):
    """A painter's subject at a random place, size and angle in front of a background."""
    ground, base = background(rng, width, height)
    least = min(width, height)
    size = rng.uniform(0.32, 0.47) * least
    room_x, room_y = max(0.0, width / 2 - size), max(0.0, height / 2 - size)
    centre = (width / 2 + rng.uniform(-0.9, 0.9) * room_x,
              height / 2 + rng.uniform(-0.9, 0.9) * room_y)
    a = math.radians(rng.uniform(-16, 16))
    turn = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
    # A little squeeze and shear stands for a sign or thing seen from the side; a solid has its own
    # perspective already.
    squeeze = np.array([[rng.uniform(0.85, 1), rng.uniform(-0.1, 0.1)], [0, rng.uniform(0.9, 1)]])
    if painter.__module__ == 'solids':
        squeeze = np.eye(2)
    pen = Pen(width, height, size * turn @ squeeze, centre, base)
    painter(pen, rng)
    layer = np.asarray(pen.finish(), dtype=np.float32)
    alpha = layer[..., 3:] / 255
    if rng.random() < 0.5:
        shift = (int(rng.uniform(-0.12, 0.12) * least), int(rng.uniform(0.02, 0.1) * least))
        mask = Image.fromarray(np.roll(layer[..., 3].astype(np.uint8), shift, axis=(1, 0)))
        soft = mask.filter(ImageFilter.GaussianBlur(rng.uniform(0.01, 0.05) * least))
        dark = rng.uniform(0.2, 0.5) * np.asarray(soft, np.float32)[..., None] / 255
        ground = ground * (1 - dark)
    return ground + (layer[..., :3] - ground) * alpha


def texture(rng, width, height, painter):
    """A texture, turned, moved and seen at a slight slant."""
    x, y = grid(width, height)
    # Walls stand upright; the other textures may lie at any angle.
    most = 14 if painter is textures.brick_wall else 180
    a = math.radians(rng.uniform(-most, most))
    slant = 1 + rng.uniform(-0.18, 0.18) * x + rng.uniform(-0.18, 0.18) * y
    u = (math.cos(a) * x - math.sin(a) * y) / slant + rng.uniform(0, 5)
    v = (math.sin(a) * x + math.cos(a) * y) / slant + rng.uniform(0, 5)
    return painter(u, v, np.float32(1 / min(width, height)), rng)


def draw(index, seed, width, height, grain=None):
    """Draw class `index` (0..19): an RGB image of width x height pixels.

    `grain` is the standard deviation of the noise in grey levels; a random one without it.
    """
    rng = np.random.default_rng([seed, index])
    painter = CLASSES[index][1]
    make = texture if painter.__module__ == 'textures' else subject
    pixels = make(rng, width, height, painter)
    x, y = grid(width, height)
    a = rng.uniform(0, 2 * math.pi)
    light = 1 + rng.uniform(0, 0.35) * (math.cos(a) * x + math.sin(a) * y)
    pixels = pixels * light[..., None] * rng.uniform(0.75, 1.12)
    if rng.random() < 0.3:
        pixels = pixels + blotches(rng, width, height, 48)[..., None] * rng.uniform(1, 6)
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    if rng.random() < 0.35:
        radius = rng.uniform(0.2, 1.4) * min(width, height) / 160
        image = image.filter(ImageFilter.GaussianBlur(radius))
    amount = rng.choice([0, rng.uniform(0, 10)]) if grain is None else grain
    if amount:
        noisy = np.asarray(image) + amount * rng.standard_normal((height, width, 3), np.float32)
        image = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    return image


def random_size(rng):
    """A random (width, height) in pixels: shorter side 100..220, aspect 0.6 to 1.7."""
    aspect = math.exp(rng.uniform(math.log(0.6), math.log(1.7)))
    side = rng.uniform(100, 220)
    return int(side * max(1, aspect)), int(side * max(1, 1 / aspect))


def contact_sheet(path, columns=12, cell=110, seed=90_000_000):
    """Write a picture with one row of drawings a class, squashed to `cell` pixels."""
    sheet = Image.new('RGB', (columns * cell, len(CLASSES) * cell))
    for index in range(len(CLASSES)):
        for column in range(columns):
            size = random_size(np.random.default_rng([seed, column]))
            image = draw(index, seed + column, *size).resize((cell - 4, cell - 4))
            sheet.paste(image, (column * cell, index * cell))
    sheet.save(path)


if __name__ == '__main__':
    contact_sheet(sys.argv[1])
