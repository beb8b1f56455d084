"""Exports torchvision's AlexNet and ResNet-50 with seeded random weights as model folders for the benchmarks.

    python3 bench/export-models.py OUT

Their speed is that of the trained models; what they say of an image means nothing. Needs torch, torchvision and onnx.
"""

import json
import sys
from pathlib import Path

import torch
import torchvision

MANIFEST = {
    "input": {
        "width": 224,
        "height": 224,
        "resize": {"shortest": 256},
        "channelOrder": "rgb",
        "mean": [123.675, 116.28, 103.53],
        "std": [58.395, 57.12, 57.375],
    },
    "output": "logits",
}


def export(name: str, out: Path) -> None:
    torch.manual_seed(1)
    model = getattr(torchvision.models, name)(weights=None).eval()
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model,
        torch.zeros(1, 3, 224, 224),
        str(folder / "model.onnx"),
        input_names=["image"],
        output_names=["logits"],
        dynamic_axes={"image": {0: "n"}, "logits": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    (folder / "labels.txt").write_text("".join(f"c{i:04d} class {i}\n" for i in range(1000)))
    (folder / "model.json").write_text(json.dumps({"name": name, **MANIFEST}, indent=2) + "\n")


if __name__ == "__main__":
    for model_name in ("alexnet", "resnet50"):
        export(model_name, Path(sys.argv[1]))
