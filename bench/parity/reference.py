"""What Pillow, torchvision's arithmetic and onnxruntime make of images: python reference.py MODEL CASES IMAGES OUT

MODEL   an ONNX file of logits with a float32 input [n, 3, height, width]
CASES   JSON: by name, the `input` of a model.json
OUT     a folder: NAME.json gets the probabilities by file name, NAME/FILE.rgb the pixels of the input
"""

import json
import math
import pathlib
import sys

import numpy as np
import onnxruntime
import PIL
from PIL import Image, ImageOps

model, cases, images, out = sys.argv[1:]
session = onnxruntime.InferenceSession(model)
name = session.get_inputs()[0].name


def resized_to(image, spec):
    """The size that torchvision's Resize gives, or that the case names."""
    resize = spec["resize"]
    if resize == "squash":
        share = spec.get("crop", 1)
        share = share if isinstance(share, (int, float)) else 1
        return math.floor(spec["width"] / share), math.floor(spec["height"] / share)
    if "width" in resize:
        return resize["width"], resize["height"]
    short, (width, height) = resize["shortest"], image.size
    if width <= height:
        return short, int(short * height / width)
    return int(short * width / height), short


def preprocess(image, spec):
    size = resized_to(image, spec)
    resample = Image.Resampling[spec.get("filter", "bilinear").upper()]
    if "pad" in spec:
        image = ImageOps.pad(image, size, resample, color=tuple(spec["pad"]))
    else:
        image = image.resize(size, resample)
    if spec.get("cropRounding") == "floor":
        left, top = (size[0] - spec["width"]) // 2, (size[1] - spec["height"]) // 2
    else:
        left = int(round((size[0] - spec["width"]) / 2.0))
        top = int(round((size[1] - spec["height"]) / 2.0))
    return image.crop((left, top, left + spec["width"], top + spec["height"]))


def probabilities(pixels, spec):
    mean, std = np.float32(spec["mean"]), np.float32(spec["std"])
    values = ((np.float32(pixels) - mean) / std).transpose(2, 0, 1)[None]
    logits = session.run(None, {name: values})[0].ravel().astype(np.float64)
    exponents = np.exp(logits - logits.max())
    return (exponents / exponents.sum()).tolist()


for case, spec in json.loads(pathlib.Path(cases).read_text()).items():
    folder = pathlib.Path(out, case)
    folder.mkdir(parents=True)
    answers = {}
    for file in sorted(pathlib.Path(images).glob("*.jpg")):
        image = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
        pixels = np.asarray(preprocess(image, spec))
        (folder / f"{file.name}.rgb").write_bytes(pixels.tobytes())
        answers[file.name] = probabilities(pixels, spec)
    pathlib.Path(out, f"{case}.json").write_text(json.dumps(answers))
print(f"Pillow {PIL.__version__}, numpy {np.__version__}, onnxruntime {onnxruntime.__version__}")
