"""The server under test and the answers to compare with: what /api/classify says of the same images."""

import json
import os
import urllib.error
import urllib.request
from pathlib import Path

URL = os.environ["BATCH_DISPATCH_URL"]
HOST = URL.removeprefix("http://")
MODEL = "demo"

ROOT = Path(__file__).parents[2]
PATHS = sorted((ROOT / "images").glob("*.jpg"))
IMAGES = [path.read_bytes() for path in PATHS]
LABELS = (ROOT / "models" / MODEL / "labels.txt").read_text().splitlines()
CLASSES = len(LABELS)


def post(path, body, headers=None):
    """Status, headers and body of a POST."""
    request = urllib.request.Request(URL + path, data=body, headers=headers or {}, method="POST")
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def classify(image, top_k=CLASSES):
    """[(label, confidence)] of an image, best first."""
    status, _, body = post(f"/api/classify?top_k={top_k}", image)
    assert status == 200, body
    return [(one["label"], one["confidence"]) for one in json.loads(body)]


def best_of(scores):
    """The same of the scores of all classes, in the order of the classes."""
    order = sorted(range(CLASSES), key=lambda label: -scores[label])
    return [(LABELS[label], round(float(scores[label]), 4)) for label in order]


def same(found, wanted):
    """Whether two answers agree: each class has the same confidence, but for the last of four decimals."""
    wanted = dict(wanted)
    return all(abs(confidence - wanted[label]) <= 0.00011 for label, confidence in found)
