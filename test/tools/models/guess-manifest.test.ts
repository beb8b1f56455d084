import t from 'tap';
import { inspectClassifier, readGraph } from '../../../src/engine/graph/index.js';
import { modelManifest } from '../../../src/engine/model/model-manifest.js';
import { guessManifest } from '../../../src/tools/models/guess-manifest.js';
import { manifestText } from '../../../src/tools/models/manifest-text.js';
import { type ClassifierOptions, tinyClassifier } from '../../helpers/onnx-models.js';

function guess(options: ClassifierOptions = {}, name = 'mine') {
  const graph = readGraph(tinyClassifier(options));
  const manifest = guessManifest(graph, inspectClassifier(graph), name);
  t.same(modelManifest.parse(JSON.parse(manifestText(manifest))), manifest, 'it can be pasted');
  return manifest;
}

t.test('what the graph says is taken, and the rest is what most models want', async (t) => {
  t.same(guess({ width: 224, height: 224 }), {
    name: 'mine',
    input: {
      width: 224,
      height: 224,
      resize: { shortest: 256 },
      channelOrder: 'rgb',
      mean: [123.675, 116.28, 103.53],
      std: [58.395, 57.12, 57.375],
    },
    output: 'logits',
  });
  t.match(guess({ width: 299, height: 299 }), { input: { resize: { shortest: 342 } } });
  t.match(guess({ output: 'probabilities' }), { output: 'probabilities' });
});

t.test('an open size is the usual one', async (t) => {
  t.match(guess({ width: 'dynamic', height: 'dynamic' }), { input: { width: 224, height: 224 } });
});

t.test('small inputs and those that are no square are whole pictures', async (t) => {
  t.match(guess({ width: 127, height: 127 }), { input: { resize: 'squash' } });
  t.match(guess({ width: 128, height: 128 }), { input: { resize: { shortest: 146 } } });
  t.match(guess({ width: 256, height: 128 }), { input: { resize: 'squash' } });
});

t.test('channels last means a range from -1 to 1', async (t) => {
  const range = { mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] };
  t.match(guess({ layout: 'nhwc' }), { input: range });
});

t.test('the name is made of what a folder is called', async (t) => {
  for (const [folder, name] of [
    ['ResNet 50 (v1)', 'resnet-50-v1-'],
    ['_x', 'x'],
    ['...', 'mine'],
    ['猫', 'mine'],
    ['a'.repeat(65), 'a'.repeat(64)],
  ] as const) {
    t.equal(guess({}, folder).name, name);
  }
});

t.test('it is written as a person would', async (t) => {
  t.equal(
    manifestText(guess({ width: 224, height: 224 })),
    `{
  "name": "mine",
  "input": {
    "width": 224,
    "height": 224,
    "resize": { "shortest": 256 },
    "channelOrder": "rgb",
    "mean": [123.675, 116.28, 103.53],
    "std": [58.395, 57.12, 57.375]
  },
  "output": "logits"
}`,
  );
});
