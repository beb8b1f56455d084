import { fromBinary } from '@bufbuild/protobuf';
import t, { type Test } from 'tap';
import { ModelProtoSchema } from '../../../src/engine/graph/generated/onnx_pb.js';
import { type RewriteSpec, rewriteClassifier } from '../../../src/engine/graph/index.js';
import { type Best, originalAnswers, rewrittenAnswers } from '../../helpers/answers.js';
import { type ClassifierOptions, DataType, tinyClassifier } from '../../helpers/onnx-models.js';

// The rewritten graph must give what the original gives on input that is prepared in JavaScript.

const SPEC: RewriteSpec = {
  width: 8,
  height: 6,
  channelOrder: 'rgb',
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
  output: 'logits',
  topK: 4,
};
const COLOUR = { layout: 'nchw', channels: 3 } as const;
const SIZE = { width: SPEC.width, height: SPEC.height };

/** Five images of noise around a colour: red, green, blue, near white, grey. */
const COLOURS = [
  [150, 90, 70],
  [80, 160, 90],
  [60, 95, 150],
  [190, 180, 185],
  [110, 100, 105],
];

function images(count: number): Uint8Array {
  const bytes = SPEC.width * SPEC.height * 3;
  return Uint8Array.from({ length: count * bytes }, (_, i) => {
    const noise = Math.imul(i + 1, 0x9e3779b1) >>> 26;
    return Number(COLOURS[Math.floor(i / bytes)]?.[i % 3]) + noise;
  });
}

function labelsOf(rows: readonly Best[][]): number[][] {
  return rows.map((row) => row.map(({ label }) => label));
}

interface Comparison {
  readonly spec?: Partial<RewriteSpec>;
  /** Options of the model to compare with, over those of the model itself. */
  readonly original?: ClassifierOptions;
  readonly within?: number;
  /** Sizes of the batches to compare. */
  readonly batches?: readonly number[];
}

/** Compares the answers to five images, in one batch and to the first alone unless it is said otherwise. */
async function compare(t: Test, options: ClassifierOptions, comparison: Comparison = {}) {
  const { original = {}, within = 1e-5, batches = [5, 1] } = comparison;
  const { output = 'logits', layout = 'nchw', channels = 3 } = options;
  const spec = { ...SPEC, output, ...comparison.spec };
  const model = tinyClassifier({ ...SIZE, ...options });
  const other = tinyClassifier({ ...SIZE, ...options, ...original });
  for (const n of batches) {
    const wanted = await originalAnswers(other, { layout, channels }, spec, images(n));
    const found = await rewrittenAnswers(model, spec, images(n));
    t.same(labelsOf(found), labelsOf(wanted), `labels of ${n}`);
    const differences = found.flatMap((row, i) =>
      row.map(({ confidence }, k) => Math.abs(confidence - Number(wanted[i]?.[k]?.confidence))),
    );
    t.ok(Math.max(...differences) <= within, `confidence of ${n} within ${within}`, {
      differences,
    });
  }
}

t.test('the images of these tests have different best classes', async (t) => {
  const rows = await originalAnswers(tinyClassifier(SIZE), COLOUR, SPEC, images(5));
  t.same(
    labelsOf(rows)
      .map(([best]) => best)
      .slice(0, 4),
    [0, 1, 2, 3],
  );
  t.ok(
    rows.some(([best]) => Number(best?.confidence) < 0.9),
    'and none of them is quite sure',
  );
});

for (const layout of ['nchw', 'nhwc'] as const) {
  for (const channelOrder of ['rgb', 'bgr'] as const) {
    for (const output of ['logits', 'probabilities'] as const) {
      t.test(`${layout}, ${channelOrder}, ${output}: opsets 7 to 26`, async (t) => {
        for (const opset of [7, 9, 10, 11, 13, 17, 18, 26]) {
          await t.test(`opset ${opset}`, (t) =>
            compare(t, { layout, output, opset }, { spec: { channelOrder } }),
          );
        }
      });
    }
  }
}

t.test('names that are like those of the rewrite', async (t) => {
  await compare(t, { inputName: 'confidence', outputName: 'batch_dispatch_x' });
  await compare(t, { inputName: 'image', outputName: 'label_index' });
});

t.test('as many classes as asked for, best first', async (t) => {
  for (const opset of [9, 11, 17]) {
    for (const topK of [1, 3, 5, 12]) {
      await compare(t, { classes: 12, opset }, { spec: { topK } });
    }
  }
});

t.test('one class', (t) => compare(t, { classes: 1 }, { spec: { topK: 1 } }));

t.test('a size that the graph leaves open is that of the specification', async (t) => {
  for (const layout of ['nchw', 'nhwc'] as const) {
    await compare(t, { layout, width: 'dynamic', height: 'dynamic' });
  }
});

t.test('scores of more dimensions, or of a shape that the graph does not say', async (t) => {
  const shapes = [['n', 4, 1, 1], ['n', 1, 4], ['n', 1, 1, 4], 'unsaid'] as const;
  for (const scores of shapes) {
    for (const opset of [9, 13]) {
      for (const output of ['logits', 'probabilities'] as const) {
        await compare(t, { scores, opset, output }, { spec: { classes: 4 } });
      }
    }
  }
  await compare(t, { scores: 'unsaid' });
});

t.test('one score for each image', async (t) => {
  for (const opset of [9, 13]) {
    const spec = { topK: 1, output: 'sigmoid' } as const;
    await compare(t, { classes: 1, scores: ['n'], opset }, { spec });
    await compare(t, { classes: 1, scores: ['n', 1], opset }, { spec });
  }
});

t.test(
  'one image without a dimension for the batch, in the input, the output or both',
  async (t) => {
    const original = { scores: ['n', 4], hasBatch: true, batch: 'dynamic' } as const;
    for (const layout of ['nchw', 'nhwc'] as const) {
      const one = { original, batches: [1] };
      await compare(t, { layout, hasBatch: false }, one);
      await compare(t, { layout, hasBatch: false, scores: [4] }, one);
      await compare(t, { layout, batch: 1, scores: [4] }, one);
      await compare(t, { layout, scores: [4] }, one);
    }
  },
);

t.test('a batch of a fixed size', async (t) => {
  await compare(t, { batch: 5 }, { original: { batch: 'dynamic' }, batches: [5] });
});

t.test('a sigmoid for each class', async (t) => {
  for (const opset of [7, 13, 26]) await compare(t, { opset }, { spec: { output: 'sigmoid' } });
});

t.test('grey images', async (t) => {
  const spec = { mean: [110, 110, 110], std: [60, 60, 60] } as const;
  for (const layout of ['nchw', 'nhwc'] as const) {
    for (const opset of [9, 13]) await compare(t, { channels: 1, layout, opset }, { spec });
  }
});

t.test('bytes, and doubles', async (t) => {
  // Bare scores: a softmax of scores that large is 0 or 1.
  const spec = { mean: [0, 0, 0], std: [1, 1, 1], output: 'probabilities' } as const;
  const float = { elemType: DataType.FLOAT, outputElemType: DataType.FLOAT };
  for (const layout of ['nchw', 'nhwc'] as const) {
    for (const channels of [1, 3] as const) {
      for (const elemType of [DataType.UINT8, DataType.DOUBLE]) {
        const comparison = { spec, original: float, within: 1e-3 };
        await compare(t, { layout, channels, elemType }, comparison);
      }
    }
  }
  const double = { elemType: DataType.DOUBLE, outputElemType: DataType.DOUBLE };
  await compare(t, double, { original: float });
});

t.test('half floats in and out', async (t) => {
  // Half floats hold these inputs exactly: n / 256 with n below 256.
  const spec = { mean: [0, 0, 0], std: [256, 256, 256] } as const;
  const float = { elemType: DataType.FLOAT, outputElemType: DataType.FLOAT };
  for (const layout of ['nchw', 'nhwc'] as const) {
    const input = { layout, elemType: DataType.FLOAT16 };
    await compare(t, input, { spec, original: float });
    const both = { ...input, outputElemType: DataType.FLOAT16 };
    await compare(t, both, { spec, original: float, within: 2e-3 });
  }
});

t.test('weights that are listed as inputs, as before IR version 4', async (t) => {
  await compare(t, { irVersion: 3, opset: 7 });
  await compare(t, { irVersion: 3, opset: 9 }, { spec: { channelOrder: 'bgr' } });
  await compare(t, { irVersion: 8, weightsAsInputs: true });
});

t.test('fields that the schema does not know survive', async (t) => {
  // Field 1000, five bytes long.
  const unknown = Buffer.from('c23e0568656c6c6f', 'hex');
  const model = Buffer.concat([tinyClassifier(SIZE), unknown]);
  const out = Buffer.from(rewriteClassifier(model, SPEC));
  t.ok(out.includes(unknown));
  t.equal(fromBinary(ModelProtoSchema, out).$unknown?.[0]?.no, 1000);
  const found = await rewrittenAnswers(model, SPEC, images(2));
  t.same(
    labelsOf(found).map(([best]) => best),
    [0, 1],
    'and it runs',
  );
});
