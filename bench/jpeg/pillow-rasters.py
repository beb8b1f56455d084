"""Writes what Pillow makes of each image with convert("RGB"), as bare bytes: python pillow-rasters.py OUT FILE ..."""

import pathlib
import sys

import PIL
from PIL import Image, features

out, *files = sys.argv[1:]
for file in files:
    with Image.open(file) as image:
        pathlib.Path(out, pathlib.Path(file).name + ".rgb").write_bytes(image.convert("RGB").tobytes())
print(f"Pillow {PIL.__version__}, libjpeg-turbo {features.version('libjpeg_turbo')}")
