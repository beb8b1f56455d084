"""Draws the pictures, trains the demo model, measures it and exports it.

    python3 train.py            the real run; a GPU helps
    python3 train.py --quick    a few pictures and epochs, to try the script; its model is useless

Writes model.onnx, labels.txt and training.json into --out (by default this folder).
"""

import argparse
import json
import os
import platform
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import PIL
import torch
from torch import nn
from torch.nn import functional

import data
from draw import CLASSES, label_line

SEED = 1
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
CHANNELS = (16, 24, 48, 96, 192)


def network():
    """Five 3x3 convolutions of stride 2: [n, 3, 96, 96] to 3 x 3 x 192, mean, 20 logits."""
    layers, before = [], 3
    for after in CHANNELS:
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
                   nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
        before = after
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(before, len(CLASSES)))


def multiply_adds():
    """Multiply-adds of one forward pass for one picture."""
    total, before, side = CHANNELS[-1] * len(CLASSES), 3, data.SIDE
    for after in CHANNELS:
        side //= 2
        total += side * side * after * before * 9
        before = after
    return total


def normalised(pictures):
    """uint8 [n, 96, 96, 3] (0..255) to float32 [n, 3, 96, 96], normalised."""
    x = pictures.permute(0, 3, 1, 2).float() / 255
    mean, std = (torch.tensor(v, device=x.device).view(1, 3, 1, 1) for v in (MEAN, STD))
    return (x - mean) / std


def varied(x):
    """The batch [n, 3, 96, 96] with random small shifts, zooms, lighting and noise."""
    n, device = len(x), x.device

    def uniform(low, high, *shape):
        return torch.empty(n, *shape, device=device).uniform_(low, high)

    theta = torch.zeros(n, 2, 3, device=device)
    theta[:, 0, 0] = uniform(0.9, 1.1)
    theta[:, 1, 1] = uniform(0.9, 1.1)
    theta[:, :, 2] = uniform(-0.08, 0.08, 2)
    place = functional.affine_grid(theta, list(x.shape), align_corners=False)
    x = functional.grid_sample(x, place, padding_mode='reflection', align_corners=False)
    x = x * uniform(0.75, 1.25, 1, 1, 1) + uniform(-0.3, 0.3, 3, 1, 1)
    return x + torch.randn_like(x) * uniform(0, 0.15, 1, 1, 1)


def train(pictures, classes, epochs, device):
    """Train from scratch on uint8 pictures [n, 96, 96, 3]; returns the network in eval mode."""
    torch.manual_seed(SEED)
    torch.backends.cudnn.deterministic = True
    model = network().to(device)
    pictures = torch.from_numpy(pictures).to(device)
    classes = torch.from_numpy(classes).to(device)
    batch = 256
    steps = len(pictures) // batch
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps * epochs,
                                                   pct_start=0.1)
    for epoch in range(epochs):
        order = torch.randperm(len(pictures), device=device)
        total = torch.zeros((), device=device)
        for step in range(steps):
            pick = order[step * batch:(step + 1) * batch]
            logits = model(varied(normalised(pictures[pick])))
            loss = functional.cross_entropy(logits, classes[pick])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.detach()
        print(f'epoch {epoch + 1}/{epochs} loss {total.item() / steps:.4f}', flush=True)
    return model.eval()


def export(model, path):
    """Write the ONNX file; eval mode folds the batch norms into the convolutions."""
    example = torch.zeros(1, 3, data.SIDE, data.SIDE)
    torch.onnx.export(model.cpu(), (example,), str(path), input_names=['image'],
                      output_names=['logits'], opset_version=17, dynamo=False,
                      dynamic_axes={'image': {0: 'batch'}, 'logits': {0: 'batch'}})
    saved = onnx.load(path)
    onnx.checker.check_model(saved)
    assert saved.ir_version <= 10, saved.ir_version
    assert all(node.op_type != 'BatchNormalization' for node in saved.graph.node)


def logits_of(path, pictures, batch):
    """The exported model's answers, float32 [n, 20], for uint8 pictures [n, 96, 96, 3]."""
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    parts = [normalised(torch.from_numpy(pictures[i:i + batch])).contiguous().numpy()
             for i in range(0, len(pictures), batch)]
    return np.concatenate([session.run(['logits'], {'image': part})[0] for part in parts])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--quick', action='store_true')
    parser.add_argument('--out', type=Path, default=Path(__file__).resolve().parent)
    options = parser.parse_args()
    per_class, held_per_class, epochs = (60, 10, 3) if options.quick else (4000, 300, 60)
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    name = torch.cuda.get_device_name() if device == 'cuda' else 'no GPU'

    start = time.monotonic()
    pictures, classes = data.make_set(data.training_picture, data.TRAIN_SEEDS, per_class)
    held, truth = data.make_set(data.held_out_picture, data.HELD_OUT_SEEDS, held_per_class)
    drawn = time.monotonic()
    print(f'drew {len(pictures)} + {len(held)} pictures in {drawn - start:.0f} s', flush=True)
    model = train(pictures, classes, epochs, device)
    trained = time.monotonic()

    path = options.out / 'model.onnx'
    export(model, path)
    # A server batches requests, so a picture's answer must not depend on its neighbours.
    few = held[::len(held) // 8][:8]
    one, eight = logits_of(path, few, 1), logits_of(path, few, 8)
    difference = float(np.abs(one - eight).max())
    assert difference < 1e-3, difference

    right = logits_of(path, held, 256).argmax(axis=1) == truth
    labels = [label_line(i) for i in range(len(CLASSES))]
    report = {
        'date': time.strftime('%Y-%m-%d', time.gmtime()),
        'machine': f'{name}, {os.cpu_count()} CPU cores',
        'versions': {'python': platform.python_version(), 'torch': torch.__version__,
                     'onnx': onnx.__version__, 'onnxruntime': onnxruntime.__version__,
                     'numpy': np.__version__, 'pillow': PIL.__version__},
        'seed': SEED, 'epochs': epochs,
        'seconds': {'drawing': round(drawn - start, 1), 'training': round(trained - drawn, 1)},
        'pictures': {'training': len(pictures), 'heldOut': len(held)},
        'heldOut': 'other seeds, JPEG quality 60, scaled by 0.5 to 2, measured on model.onnx',
        'parameters': sum(p.numel() for p in model.parameters()),
        'multiplyAdds': multiply_adds(),
        'modelBytes': path.stat().st_size,
        'batch1To8LargestDifference': difference,
        'accuracy': round(float(right.mean()), 5),
        'accuracyPerClass': {labels[i]: round(float(right[truth == i].mean()), 5)
                             for i in range(len(CLASSES))},
    }
    (options.out / 'labels.txt').write_text('\n'.join(labels) + '\n')
    (options.out / 'training.json').write_text(json.dumps(report, indent=2) + '\n')
    print(json.dumps(report, indent=2))


if __name__ == '__main__':
    main()
