"""Draws the sample pictures of images/, and checks the model on them.

    python3 samples.py --draw     write images/*.jpg and images/expected.json
    python3 samples.py            classify images/*.jpg with model.onnx and print a table
"""

import io
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

from data import SAMPLE_SEEDS
from draw import CLASSES, draw, label_line

HERE = Path(__file__).resolve().parent
IMAGES = HERE.parent.parent / 'images'
NAMES = [names.split(',')[0] for names, _ in CLASSES]

# (class, seed offset, width, height, grain in grey levels, what to do); sizes as a person sees
# the picture. 'bytes' asks for the JPEG quality that comes nearest to a file size.
SAMPLES = [
    ('cube', 3, 500, 375, 2, {'quality': 85}),
    ('honeycomb', 5, 227, 227, 6, {'bytes': 16_000}),
    ('brick wall', 8, 500, 375, 12, {'bytes': 100_000}),
    # Sideways this one is taken for another class, so a reader that skips EXIF is found out.
    ('stop sign', 7, 480, 640, 2, {'quality': 85, 'turned': True}),
    ('speed limit sign', 6, 640, 480, 3, {'quality': 85, 'progressive': True}),
    ('heart', 1, 400, 400, 3, {'quality': 90, 'progressive': True, 'subsampling': 0}),
    ('clock face', 9, 320, 240, 3, {'quality': 85, 'grey': True}),
    ('smiley', 9, 4000, 3000, 0, {'quality': 80}),
    ('star', 9, 100, 80, 2, {'quality': 85}),
    ('arrow sign', 4, 300, 200, 4, {'quality': 75}),
    ('polka dots', 7, 360, 480, 2, {'quality': 80}),
    ('sphere', 4, 256, 256, 2, {'quality': 95}),
    # With red and blue swapped this one is taken for an arrow sign.
    ('no-entry sign', 11, 450, 450, 2, {'quality': 85}),
]


def encoded(image, options):
    """The JPEG file, as bytes, that a sample's options ask for."""
    settings = {'subsampling': options.get('subsampling', 2),
                'progressive': options.get('progressive', False)}
    if options.get('grey'):
        image = image.convert('L')
    if options.get('turned'):
        # Orientation 6: the stored pixels lie on their left side; a reader turns them clockwise.
        image = image.transpose(Image.Transpose.ROTATE_90)
        exif = Image.Exif()
        exif[0x0112] = 6
        settings['exif'] = exif
    qualities = range(20, 99) if 'bytes' in options else [options['quality']]
    files = []
    for quality in qualities:
        store = io.BytesIO()
        image.save(store, 'JPEG', quality=quality, **settings)
        files.append(store.getvalue())
    return min(files, key=lambda file: abs(len(file) - options.get('bytes', 0)))


def draw_samples():
    """Write every sample and expected.json, which holds the class that was drawn."""
    expected = {}
    for number, (name, offset, width, height, grain, options) in enumerate(SAMPLES, start=1):
        index = NAMES.index(name)
        image = draw(index, SAMPLE_SEEDS + offset, width, height, grain)
        (IMAGES / f'{number}.jpg').write_bytes(encoded(image, options))
        expected[f'{number}.jpg'] = label_line(index)
    (IMAGES / 'expected.json').write_text(json.dumps(expected, indent=2) + '\n')


def tensor(path):
    """A JPEG file as the model's input: float32 [1, 3, 96, 96], normalised."""
    settings = json.loads((HERE / 'model.json').read_text())['input']
    image = ImageOps.exif_transpose(Image.open(path)).convert('RGB')
    image = image.resize((settings['width'], settings['height']), Image.Resampling.BILINEAR)
    pixels = (np.asarray(image, np.float32) - settings['mean']) / settings['std']
    return pixels.transpose(2, 0, 1)[None].astype(np.float32)


def check():
    """Print file, size, top-1 and confidence; returns whether all are right and above 0.9."""
    session = onnxruntime.InferenceSession(str(HERE / 'model.onnx'),
                                           providers=['CPUExecutionProvider'])
    labels = (HERE / 'labels.txt').read_text().splitlines()
    fine = True
    for file, truth in json.loads((IMAGES / 'expected.json').read_text()).items():
        path = IMAGES / file
        logits = session.run(['logits'], {'image': tensor(path)})[0][0]
        chances = np.exp(logits - logits.max())
        chances /= chances.sum()
        best = int(chances.argmax())
        good = labels[best] == truth and chances[best] > 0.9
        fine = fine and good
        print(f'{file:8} {path.stat().st_size:8} bytes  {chances[best]:.4f}  {labels[best]}'
              f'{"" if good else "   EXPECTED " + truth}')
    return fine


if __name__ == '__main__':
    if '--draw' in sys.argv[1:]:
        draw_samples()
    elif not check():
        sys.exit('a sample is misclassified or below 0.9')
