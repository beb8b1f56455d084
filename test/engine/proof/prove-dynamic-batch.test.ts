import t, { type Test } from 'tap';
import {
  floats,
  int64s,
  integer,
  integers,
  node,
} from '../../../src/engine/graph/onnx-builders.js';
import { Lane } from '../../../src/engine/lane/lane.js';
import type { Scores } from '../../../src/engine/lane/scores.js';
import { readModelFolder } from '../../../src/engine/model/model-folder.js';
import { type FixedBatchParts, fixedBatchModel } from '../../helpers/fixed-batch-model.js';
import { writeModelFolder } from '../../helpers/onnx-models.js';

const LABELS = ['red', 'green', 'blue'];
const ADVICE = /; export the model with a dynamic batch dimension/;

async function open(t: Test, parts: FixedBatchParts) {
  const folder = t.testdir({});
  writeModelFolder(folder, { onnx: fixedBatchModel(parts), labels: LABELS });
  const said: string[] = [];
  const model = await readModelFolder(folder, (line) => said.push(line));
  return { model, said };
}

async function refused(t: Test, words: RegExp, parts: FixedBatchParts) {
  const error = await open(t, parts).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  t.match(error, { name: 'ModelRefusedError', message: words });
  t.match(error, { message: /model\.onnx: the batch of the model is fixed at 1 and cannot be/ });
  t.match(error, { message: ADVICE });
}

t.test('a graph that can be opened is, which is said, and its lane takes batches', async (t) => {
  const { model, said } = await open(t, {
    head: [node('Reshape', ['sizes'])],
    constants: [int64s('sizes', [1, 3])],
  });
  t.match(said, [
    /model\.onnx: the batch was fixed at 1 and is now dynamic; a batch of 5 gives the same scores/,
  ]);
  const source = { provider: 'cpu', model: model.graph, allowCpuNodes: false } as const;
  const lane = await Lane.open(model, source, { maxBatchSize: 4, allowedBatchSizes: [] });
  t.teardown(() => lane.close());
  const solid = (...rgb: number[]) => Uint8Array.from({ length: 192 }, (_, i) => rgb[i % 3] ?? 0);
  const images = [solid(0, 0, 255), solid(255, 0, 0), solid(0, 255, 0), solid(0, 0, 255)];
  const scores = (await lane.run(images, 4)) as Scores[];
  t.same(
    scores.map(({ labelIndex }) => labelIndex[0]),
    [2, 0, 1, 2],
  );
});

t.test('a graph that takes any batch is not tried, and nothing is said', async (t) => {
  const folder = t.testdir({});
  writeModelFolder(folder);
  await readModelFolder(folder, (line) => t.fail(line));
});

t.test('a normalisation over the whole batch is refused', async (t) => {
  // Until opset 13 a Softmax goes over all that comes from its axis on.
  const head = [
    node('Flatten', [], [integer('axis', 1)]),
    node('Softmax', [], [integer('axis', 0)]),
  ];
  const words = /a batch of 5 gives different scores from 5 single runs, by up to 0\.\d+;/;
  await refused(t, words, { head, opset: 11 });
});

t.test('images that change places are refused', async (t) => {
  const head = [
    node('Flatten', [], [integer('axis', 1)]),
    node('Transpose', [], [integers('perm', [1, 0])]),
    node('Reshape', ['sizes']),
  ];
  await refused(t, /a batch of 5 gives different scores/, {
    head,
    constants: [int64s('sizes', [1, 3])],
  });
});

t.test('a batch that becomes one row is refused', async (t) => {
  const head = [
    node('Flatten', [], [integer('axis', 1)]),
    node('ReduceMean', [], [integers('axes', [0]), integer('keepdims', 1)]),
  ];
  await refused(t, /a batch of 5 has no answer for some of its images/, { head });
});

t.test('a node that a batch does not fit is named', async (t) => {
  // A token for one image, as vision transformers have.
  const head = [
    node('Flatten', [], [integer('axis', 1)]),
    node('Concat', ['token'], [integer('axis', 1)]),
    node('Gather', ['kept'], [integer('axis', 1)]),
  ];
  const constants = [floats('token', [1], [1, 1]), int64s('kept', [0, 1, 2])];
  await refused(t, /a batch of 5 fails at its Concat node "scores\/2"/, { head, constants });
});

t.test('a model that answers the same to everything proves nothing', async (t) => {
  const head = [node('Flatten', [], [integer('axis', 1)]), node('Mul', ['zero'])];
  await refused(t, /gives the same answer to every test image/, {
    head,
    constants: [floats('zero', [0])],
  });
});

t.test('a model that fails with one image is refused as such', async (t) => {
  const head = [node('Reshape', ['sizes'])];
  await refused(t, /it cannot run one image/, {
    head,
    constants: [int64s('sizes', [1, 4])],
  });
});
