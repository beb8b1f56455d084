import t, { type Test } from 'tap';
import { inspectClassifier, readGraph } from '../../../src/engine/graph/index.js';
import {
  floats,
  int64s,
  integer,
  integers,
  node,
} from '../../../src/engine/graph/onnx-builders.js';
import { type Trial, tryModel } from '../../../src/engine/proof/try-model.js';
import { type FixedBatchParts, fixedBatchModel } from '../../helpers/fixed-batch-model.js';
import { tinyClassifier } from '../../helpers/onnx-models.js';

const SPEC = {
  width: 8,
  height: 8,
  channelOrder: 'rgb',
  mean: [0, 0, 0],
  std: [255, 255, 255],
  output: 'logits',
  topK: 1,
} as const;

function tried(bytes: Uint8Array, classes: number): Promise<Trial> {
  const spec = { ...SPEC, classes };
  return tryModel({ bytes, facts: inspectClassifier(readGraph(bytes), spec), spec });
}

/** Of a model of three classes, its batch fixed at 1 unless it is said otherwise. */
const findingOf = async (parts: FixedBatchParts) => (await tried(fixedBatchModel(parts), 3)).batch;

const flatten = () => node('Flatten', [], [integer('axis', 1)]);

async function staysFixed(t: Test, seen: RegExp, parts: FixedBatchParts) {
  t.match(await findingOf(parts), { size: 1, why: 'fixed', isOpened: false, seen });
}

t.test('a graph that takes any batch, and does', async (t) => {
  const { batch, answers } = await tried(tinyClassifier(), 4);
  t.same(batch, { isOpened: false, seen: 'a batch of 5 gives the same scores as single runs' });
  t.equal(answers.length, 12);
  t.ok(
    answers.every(({ confidence }) => confidence.length === 4),
    'every class',
  );
  t.ok(
    answers.some(({ confidence }) => confidence.some((score) => score < 0)),
    'before any softmax',
  );
});

t.test('a graph that is fixed at 1 and can be opened', async (t) => {
  t.same(
    await findingOf({ head: [node('Reshape', ['sizes'])], constants: [int64s('sizes', [1, 3])] }),
    {
      isOpened: true,
      seen: 'a batch of 5 gives the same scores as single runs',
    },
  );
});

t.test('a graph that is open in name only, and can be opened', async (t) => {
  const constants = [int64s('sizes', [1, -1]), int64s('rows', [-1, 3])];
  const head = [node('Reshape', ['sizes']), node('MatMul', ['weights'])];
  const weights = floats('weights', [1, 2, 3, 4, 5, 6, 7, 8, 10], [3, 3]);
  const parts = { batch: 'n', head, constants: [...constants, weights] } as const;
  t.match(await findingOf(parts), { size: undefined, isOpened: true });
});

t.test('the tokens that a graph adds to each image are repeated', async (t) => {
  const constants = [
    ...[floats('first', [5], [1, 1]), floats('last', [7, 8], [1, 2])],
    ...[int64s('kept', [1, 2, 3]), floats('turned', [1, 0, 2, 3, 1, 0, 0, 1, 4], [3, 3])],
  ];
  const made = node('Identity');
  made.input = ['last'];
  made.output = ['made'];
  for (const [batch, axis] of [
    ['n', 1],
    [1, -1],
  ] as const) {
    const concat = node('Concat', ['made', 'first'], [integer('axis', axis)]);
    const turned = [flatten(), node('MatMul', ['turned']), concat];
    const kept = node('Gather', ['kept'], [integer('axis', 1)]);
    const parts = { batch, first: [made], constants, head: [...turned, kept] };
    t.match(await findingOf(parts), { size: undefined, isOpened: true }, `${batch}, ${axis}`);
  }
  const rows = node('Concat', ['row'], [integer('axis', 0)]);
  const mean = node('ReduceMean', [], [integers('axes', [0]), integer('keepdims', 1)]);
  const joined = { head: [flatten(), rows, mean], constants: [floats('row', [1, 2, 3], [1, 3])] };
  await staysFixed(t, /has no answer for some of its images/, joined);
});

t.test('a graph that is open in name only, and cannot be opened', async (t) => {
  const head = [
    flatten(),
    node('Concat', ['token'], [integer('axis', 1)]),
    node('Gather', ['kept'], [integer('axis', 1)]),
  ];
  const constants = [floats('token', [1], [1, 1]), int64s('kept', [0, 1, 2])];
  t.match(await findingOf({ batch: 'n', head, constants, opset: 9 }), {
    ...{ size: 1, why: 'dynamic in name only', isOpened: false },
    seen: 'a batch of 5 fails at its Concat node "scores/2"',
  });
});

t.test('a normalisation over the whole batch', async (t) => {
  // Until opset 13 a Softmax goes over all that comes from its axis on.
  const head = () => [flatten(), node('Softmax', [], [integer('axis', 0)])];
  const seen = /^a batch of 5 gives different scores from single runs, by up to 0\.\d+$/;
  await staysFixed(t, seen, { head: head(), opset: 11 });
  t.match(await findingOf({ batch: 'n', head: head(), opset: 11 }), {
    ...{ size: 1, why: 'neighbours', isOpened: false, seen },
  });
});

t.test('a scale that is taken over the whole batch, as dynamic quantisation does', async (t) => {
  for (const batch of ['n', 1] as const) {
    const quantise = node('DynamicQuantizeLinear');
    quantise.output = ['scale', 'zero'];
    const head = [flatten(), quantise, node('DequantizeLinear', ['scale', 'zero'])];
    t.match(await findingOf({ batch, head }), {
      ...{ size: 1, why: 'neighbours', isOpened: false },
      seen: /^a batch of 5 gives different scores from single runs/,
    });
  }
});

t.test('images that change places', async (t) => {
  const head = [
    flatten(),
    node('Transpose', [], [integers('perm', [1, 0])]),
    node('Reshape', ['sizes']),
  ];
  await staysFixed(t, /^a batch of 5 gives different scores/, {
    head,
    constants: [int64s('sizes', [1, 3])],
  });
});

t.test('a batch that becomes one row', async (t) => {
  const head = [flatten(), node('ReduceMean', [], [integers('axes', [0]), integer('keepdims', 1)])];
  await staysFixed(t, /^a batch of 5 has no answer for some of its images$/, { head });
});

t.test('a node that a batch does not fit is named', async (t) => {
  // A token for one image, in a graph too old for it to be repeated.
  const head = [
    flatten(),
    node('Concat', ['token'], [integer('axis', 1)]),
    node('Gather', ['kept'], [integer('axis', 1)]),
  ];
  const constants = [floats('token', [1], [1, 1]), int64s('kept', [0, 1, 2])];
  const seen = /^a batch of 5 fails at its Concat node "scores\/2"$/;
  await staysFixed(t, seen, { head, constants, opset: 9 });
  const sizes = { head: [node('Reshape', ['sizes'])], constants: [int64s('sizes', [3, -1])] };
  await staysFixed(t, /^its Reshape node "scores\/1" is built for one image \(sizes 3, -1\)$/, {
    head: [...sizes.head, node('Transpose', [], [integers('perm', [1, 0])])],
    constants: sizes.constants,
  });
});

t.test('a model that answers the same to everything proves nothing', async (t) => {
  const head = () => [flatten(), node('Mul', ['zero'])];
  const constants = [floats('zero', [0])];
  await staysFixed(t, /gives the same answer to every test image/, { head: head(), constants });
  t.same(await findingOf({ batch: 'n', head: head(), constants }), {
    isOpened: false,
    seen: 'the same for every test image, which is suspicious',
  });
});

t.test('scores that are not numbers prove nothing either', async (t) => {
  const head = [flatten(), node('Div', ['zero']), node('Mul', ['zero'])];
  const constants = [floats('zero', [0])];
  const { batch, answers } = await tried(fixedBatchModel({ batch: 'n', head, constants }), 3);
  t.match(batch, { size: undefined, isOpened: false });
  t.same(answers, []);
});

t.test('a model that fails with one image is believed, and that is said', async (t) => {
  const head = [node('Reshape', ['sizes'])];
  const constants = [int64s('sizes', [1, 4])];
  const { batch, answers } = await tried(fixedBatchModel({ head, constants }), 3);
  t.match(batch, { size: 1, why: 'fixed', isOpened: false, seen: /^not tested: / });
  t.same(answers, []);
});

t.test('a batch of another size is filled', async (t) => {
  t.same(await findingOf({ batch: 8, outputRows: 8 }), {
    ...{ size: 8, why: 'fixed', isOpened: false },
    seen: 'a batch of 8 gives the same scores as single runs',
  });
  t.match(await findingOf({ batch: 2, outputRows: 2 }), { size: 2 });
  const head = [flatten(), node('Softmax', [], [integer('axis', 0)])];
  await t.rejects(findingOf({ batch: 8, outputRows: 8, head, opset: 11 }), {
    name: 'MixedBatchError',
    message: /^a batch of 8 gives different scores from single runs, by up to /,
  });
});

t.test('images without a dimension for the batch', async (t) => {
  for (const options of [{ hasBatch: false }, { scores: [4] }, { hasBatch: false, scores: [4] }]) {
    const { batch, answers } = await tried(tinyClassifier(options), 4);
    t.match(batch, { size: 1, why: 'fixed', seen: /no batch dimension/ });
    t.equal(answers.length, 12);
  }
});
