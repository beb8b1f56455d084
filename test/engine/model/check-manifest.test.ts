import t from 'tap';
import { inspectClassifier, readGraph } from '../../../src/engine/graph/index.js';
import { checkManifest } from '../../../src/engine/model/check-manifest.js';
import type { ModelManifest } from '../../../src/engine/model/model-manifest.js';
import {
  type ClassifierOptions,
  DataType,
  MANIFEST,
  tinyClassifier,
} from '../../helpers/onnx-models.js';

interface Changes {
  readonly output?: ModelManifest['output'];
  readonly mean?: readonly [number, number, number];
  readonly std?: readonly [number, number, number];
}

function check({ output = 'logits', ...range }: Changes, options: ClassifierOptions = {}) {
  const graph = readGraph(tinyClassifier(options));
  const { mean, std } = { ...MANIFEST.input, ...range };
  const input: ModelManifest['input'] = { ...MANIFEST.input, mean: [...mean], std: [...std] };
  return checkManifest({ ...MANIFEST, input, output }, inspectClassifier(graph), graph);
}

t.test('what fits is not worth a word', async (t) => {
  t.equal(check({}), undefined);
  t.equal(check({ output: 'sigmoid' }), undefined);
  t.equal(check({ output: 'sigmoid' }, { classes: 1 }), undefined);
  t.equal(check({ output: 'probabilities' }, { output: 'probabilities' }), undefined);
  t.equal(check({ std: [1, 1, 1] }), undefined, 'a std of 1');
});

t.test('a std below 1 is mostly of the scale 0 to 1', async (t) => {
  t.equal(
    check({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
    'std in model.json is 0.229, 0.224, 0.225; mean and std must be on the scale 0 to 255, so multiply them by 255 if they are on the scale 0 to 1',
  );
  t.match(check({ std: [1, 0.99, 1] }), /multiply them by 255/);
});

t.test('a softmax of one score is refused', async (t) => {
  t.throws(() => check({}, { classes: 1 }), {
    name: 'ModelRefusedError',
    message: /gives one score, and the softmax of one score is always 1; set output to "sigmoid"/,
  });
});

t.test('a graph that ends in an activation needs no other', async (t) => {
  for (const output of ['logits', 'sigmoid'] as const) {
    t.throws(() => check({ output }, { output: 'probabilities' }), {
      name: 'ModelRefusedError',
      message: /the graph ends in a softmax, but .*set output to "probabilities"/,
    });
  }
});

t.test('bytes are left as they are', async (t) => {
  const bytes = { elemType: DataType.UINT8 };
  t.equal(check({ mean: [0, 0, 0], std: [1, 1, 1] }, bytes), undefined);
  const why = { message: /takes bytes and normalises them itself; set mean to \[0, 0, 0\]/ };
  t.throws(() => check({ mean: [0, 0, 1], std: [1, 1, 1] }, bytes), why);
  t.throws(() => check({ mean: [0, 0, 0], std: [1, 1, 2] }, bytes), why);
});

t.test('one channel has one mean and one std', async (t) => {
  const grey = { channels: 1 } as const;
  t.equal(check({ mean: [9, 9, 9], std: [3, 3, 3] }, grey), undefined);
  const why = { message: /takes grey images, .* write the same number three times/ };
  t.throws(() => check({ mean: [9, 9, 8] }, grey), why);
  t.throws(() => check({ std: [3, 2, 3] }, grey), why);
});
