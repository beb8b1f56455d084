import { create, toBinary } from '@bufbuild/protobuf';
import t from 'tap';
import {
  TensorProto_DataType as DataType,
  ModelProtoSchema,
  type NodeProto,
  TensorProtoSchema,
} from '../../../src/engine/graph/generated/onnx_pb.js';
import { inspectClassifier, makeBatchDynamic, readGraph } from '../../../src/engine/graph/index.js';
import {
  chain,
  floats,
  int64s,
  integer,
  integers,
  node,
  value,
} from '../../../src/engine/graph/onnx-builders.js';
import { originalAnswers } from '../../helpers/answers.js';
import { type FixedBatchParts, fixedBatchModel } from '../../helpers/fixed-batch-model.js';
import { tinyClassifier } from '../../helpers/onnx-models.js';

/** What the chain's node gets as its sizes after the batch was opened. */
function sizesOf(parts: FixedBatchParts, opType = 'Reshape'): number[] | undefined {
  const { graph } = readGraph(makeBatchDynamic(fixedBatchModel(parts)));
  const found = graph.node.find((one) => one.opType === opType && one.name.startsWith('scores/'));
  const tensor = graph.initializer.find(({ name }) => name === found?.input[1]);
  return tensor && [...tensor.int64Data, ...rawNumbers(tensor.rawData)].map(Number);
}

function rawNumbers(bytes: Uint8Array): bigint[] {
  return [...new BigInt64Array(bytes.slice().buffer)];
}

const reshape = (attribute: NodeProto['attribute'] = []) => [node('Reshape', ['sizes'], attribute)];

const COLOUR = { layout: 'nchw', channels: 3 } as const;
const SPEC = {
  width: 8,
  height: 8,
  channelOrder: 'rgb',
  mean: [0, 0, 0],
  std: [255, 255, 255],
  output: 'probabilities',
  topK: 3,
} as const;

t.test('input and output become dynamic, and a batch gets the answers of its images', async (t) => {
  const fixed = fixedBatchModel({ head: reshape(), constants: [int64s('sizes', [1, 3])] });
  const open = makeBatchDynamic(fixed);
  t.equal(inspectClassifier(readGraph(fixed)).fixedBatch, 1);
  t.equal(inspectClassifier(readGraph(open)).fixedBatch, undefined);
  const pixels = Uint8Array.from({ length: 3 * 192 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
  const single = async (i: number) =>
    (await originalAnswers(fixed, COLOUR, SPEC, pixels.subarray(i * 192, (i + 1) * 192)))[0];
  t.same(await originalAnswers(open, COLOUR, SPEC, pixels), [
    await single(0),
    await single(1),
    await single(2),
  ]);
});

t.test('a graph that takes any batch stays as it is', async (t) => {
  const bytes = tinyClassifier();
  t.equal(makeBatchDynamic(bytes), bytes);
  const constants = [int64s('sizes', [-1, 3])];
  const open = fixedBatchModel({ batch: 'n', head: reshape(), constants });
  t.equal(makeBatchDynamic(open), open);
});

t.test('the first of the constant sizes of a Reshape is opened', async (t) => {
  for (const [sizes, open] of [
    [
      [1, 3],
      [-1, 3],
    ],
    [
      [1, -1],
      [0, -1],
    ],
    [
      [1, 3, 1],
      [-1, 3, 1],
    ],
    [[1], [-1]],
    // What counts more than images, such as windows.
    [
      [6, 1],
      [-1, 1],
    ],
    [[3], [-1]],
    [
      [0, 3],
      [0, 3],
    ],
    [
      [-1, 3],
      [-1, 3],
    ],
  ] as const) {
    t.same(sizesOf({ head: reshape(), constants: [int64s('sizes', sizes)] }), open, `${sizes}`);
  }
});

t.test('sizes are found however they are written', async (t) => {
  const rawData = new Uint8Array(new BigInt64Array([1n, 3n]).buffer);
  const raw = create(TensorProtoSchema, {
    name: 'sizes',
    dataType: DataType.INT64,
    dims: [2n],
    rawData,
  });
  t.same(sizesOf({ head: reshape(), constants: [raw] }), [-1, 3], 'raw bytes');
  const ints = node('Constant', [], [integers('value_ints', [1, 3])]);
  ints.output = ['sizes'];
  t.same(sizesOf({ head: reshape(), first: [ints] }), [-1, 3], 'numbers of a node');
  const tensor = node('Constant', [], [{ ...integer('value', 0), t: int64s('', [1, 3]) }]);
  tensor.output = ['sizes'];
  t.same(sizesOf({ head: reshape(), first: [tensor] }), [-1, 3], 'a tensor of a node');
});

t.test('the sizes of weights stay, even where an image has the same', async (t) => {
  const constants = [int64s('sizes', [1, 3]), floats('weight', [1, 2, 3], [3, 1])];
  const first = chain('weight', 'row', [node('Reshape', ['sizes']), node('Reshape', ['sizes'])]);
  const head = [...reshape(), node('Mul', ['row'])];
  const { graph } = readGraph(makeBatchDynamic(fixedBatchModel({ head, constants, first })));
  const reshapes = graph.node.filter(({ opType }) => opType === 'Reshape');
  t.same(
    reshapes.map(({ input }) => input[1] === 'sizes'),
    [true, true, false],
  );
  t.same(graph.initializer.find(({ name }) => name === 'sizes')?.int64Data, [1n, 3n]);
});

t.test('sizes that count the batch in are refused with the node', async (t) => {
  const refused = (parts: FixedBatchParts, words: RegExp) =>
    t.throws(() => makeBatchDynamic(fixedBatchModel(parts)), {
      name: 'FixedBatchError',
      message: words,
    });
  const sizes = (values: readonly number[]) => ({ constants: [int64s('sizes', values)] });
  refused(
    { head: reshape(), ...sizes([3, -1]) },
    /^its Reshape node "scores\/1" is built for one image \(sizes 3, -1\)$/,
  );
  const allowZero = () => reshape([integer('allowzero', 1)]);
  refused({ head: allowZero(), ...sizes([1, 0, -1]) }, /Reshape node "scores\/1"/);
  const { graph } = readGraph(
    makeBatchDynamic(fixedBatchModel({ head: allowZero(), ...sizes([1, -1]) })),
  );
  const opened = graph.node.find(({ opType }) => opType === 'Reshape');
  t.same(opened?.attribute, [], 'a zero then means the batch');
  for (const opType of ['Expand', 'Tile']) {
    const head = () => [node(opType, ['sizes'])];
    refused(
      { head: head(), ...sizes([2, 1, 1, 1]) },
      new RegExp(`its ${opType} node "scores/1" is built`),
    );
    t.same(
      sizesOf({ head: head(), ...sizes([1, 3, 1, 1]) }, opType),
      [1, 3, 1, 1],
      `${opType} of 1`,
    );
  }
  const resize = () => [node('Resize', ['', '', 'sizes'])];
  refused(
    { head: resize(), ...sizes([1, 3, 2, 2]) },
    /Resize node "scores\/1" is built for one image/,
  );
  t.doesNotThrow(() => makeBatchDynamic(fixedBatchModel({ head: resize(), ...sizes([]) })));
});

t.test('a graph whose input is open and whose sizes are for one image is opened', async (t) => {
  const constants = [int64s('sizes', [1, -1])];
  t.same(sizesOf({ batch: 'n', head: reshape(), constants }), [0, -1]);
});

t.test('what has no dimension to open is named', async (t) => {
  for (const [bytes, message] of [
    [fixedBatchModel({ batch: 8 }), 'it is fixed at 8'],
    [fixedBatchModel({ outputRows: 2 }), '"scores" has 2 rows'],
    [tinyClassifier({ hasBatch: false }), 'its input has no batch dimension'],
    [tinyClassifier({ scores: [4] }), 'its scores have no batch dimension'],
  ] as const) {
    t.throws(() => makeBatchDynamic(bytes), { name: 'FixedBatchError', message });
  }
});

t.test('of several outputs the scores are opened', async (t) => {
  const parsed = readGraph(fixedBatchModel());
  parsed.graph.output.unshift(value('rows', DataType.FLOAT, [7, 9]));
  const bytes = toBinary(ModelProtoSchema, parsed.model);
  const wish = { outputName: 'scores' };
  const open = readGraph(makeBatchDynamic(bytes, wish));
  t.equal(inspectClassifier(open, wish).fixedBatch, undefined);
});
