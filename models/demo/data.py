"""The training and held-out pictures, as the model sees them: uint8 RGB, 96 x 96.

Each picture is drawn, put through JPEG and scaled, as real uploads are. Training, held-out and
sample pictures use ranges of seeds that do not meet.
"""

import io
import math
from multiprocessing import Pool

import numpy as np
from PIL import Image

from draw import CLASSES, draw, random_size

SIDE = 96
TRAIN_SEEDS = 0
HELD_OUT_SEEDS = 10_000_000
SAMPLE_SEEDS = 20_000_000
CHUNK = 50
RESAMPLING = [Image.Resampling.BILINEAR, Image.Resampling.BILINEAR, Image.Resampling.BOX,
              Image.Resampling.BICUBIC, Image.Resampling.LANCZOS]


def jpeg(image, quality, subsampling):
    """The image after a round through JPEG."""
    store = io.BytesIO()
    image.save(store, 'JPEG', quality=quality, subsampling=subsampling)
    return Image.open(store).convert('RGB')


def rescale(image, rng):
    """The image at 0.5 to 2 times its size."""
    factor = math.exp(rng.uniform(math.log(0.5), math.log(2)))
    size = (max(16, int(image.width * factor)), max(16, int(image.height * factor)))
    return image.resize(size, Image.Resampling.BILINEAR)


def training_picture(index, seed):
    """A drawing with random JPEG quality, scale and resize filter; one in ten is grey."""
    rng = np.random.default_rng([seed, index, 1])
    image = draw(index, seed, *random_size(rng))
    if rng.random() < 0.1:
        image = image.convert('L').convert('RGB')
    steps = [lambda i: jpeg(i, int(rng.integers(40, 96)), int(rng.integers(0, 3))),
             lambda i: rescale(i, rng)]
    for step in steps if rng.random() < 0.5 else steps[::-1]:
        image = step(image)
    # Servers differ in the filter they resize with, so the model should not depend on one.
    return image.resize((SIDE, SIDE), RESAMPLING[rng.integers(len(RESAMPLING))])


def held_out_picture(index, seed):
    """A drawing at JPEG quality 60 and a random scale, resized as the server does."""
    rng = np.random.default_rng([seed, index, 2])
    image = jpeg(draw(index, seed, *random_size(rng)), 60, 2)
    return rescale(image, rng).resize((SIDE, SIDE), Image.Resampling.BILINEAR)


def chunk(job):
    """Pictures of one class for a run of seeds: uint8 [count, 96, 96, 3]."""
    make, index, first, count = job
    return np.stack([np.asarray(make(index, first + i)) for i in range(count)])


def make_set(make, first_seed, per_class):
    """All classes, drawn on every core.

    Returns pictures uint8 [n, 96, 96, 3] and class indices int64 [n].
    """
    jobs = [(make, index, first_seed + start, min(CHUNK, per_class - start))
            for index in range(len(CLASSES)) for start in range(0, per_class, CHUNK)]
    pictures = np.empty((len(CLASSES) * per_class, SIDE, SIDE, 3), dtype=np.uint8)
    at = 0
    with Pool() as pool:
        for part in pool.imap(chunk, jobs):
            pictures[at:at + len(part)] = part
            at += len(part)
    return pictures, np.repeat(np.arange(len(CLASSES)), per_class)
