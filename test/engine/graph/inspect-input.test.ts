import { create } from '@bufbuild/protobuf';
import t from 'tap';
import {
  type NodeProto,
  SparseTensorProtoSchema,
  type TensorProto,
  TypeProtoSchema,
} from '../../../src/engine/graph/generated/onnx_pb.js';
import { readGraph } from '../../../src/engine/graph/index.js';
import { inspectInput } from '../../../src/engine/graph/inspect-input.js';
import { floats, integer, integers, node, value } from '../../../src/engine/graph/onnx-builders.js';
import { type ClassifierOptions, DataType, tinyClassifier } from '../../helpers/onnx-models.js';

const inspect = (options: ClassifierOptions) =>
  inspectInput(readGraph(tinyClassifier(options)).graph);

interface GraphParts {
  readonly nodes?: readonly NodeProto[];
  readonly constants?: readonly TensorProto[];
}

/** The facts of a graph whose input has these dimensions. */
function inspectShape(dims: readonly (number | string)[], parts: GraphParts = {}) {
  const { graph } = readGraph(tinyClassifier());
  graph.input = [value('pixels', DataType.FLOAT, dims)];
  if (parts.nodes) graph.node = [...parts.nodes];
  graph.initializer.push(...(parts.constants ?? []));
  return inspectInput(graph);
}

t.test('the facts of both layouts', async (t) => {
  const facts = {
    inputName: 'confidence',
    inputType: 'float32',
    channels: 3,
    hasBatch: true,
    width: 10,
    height: 6,
    fixedBatch: undefined,
  } as const;
  const { inputName, width, height } = facts;
  for (const layout of ['nchw', 'nhwc'] as const) {
    t.same(inspect({ layout, inputName, width, height }), { ...facts, layout });
  }
});

t.test('what the graph leaves open is undefined', async (t) => {
  t.match(inspect({ width: 'dynamic', height: 6 }), { width: undefined, height: 6 });
  t.match(inspect({ layout: 'nhwc', width: 6, height: 'dynamic' }), {
    width: 6,
    height: undefined,
  });
  t.match(inspectShape([0, 3, 8, 8]), { layout: 'nchw', fixedBatch: undefined }, '0 is open');
});

t.test('four types of elements', async (t) => {
  for (const [inputType, elemType] of [
    ['float32', DataType.FLOAT],
    ['float16', DataType.FLOAT16],
    ['float64', DataType.DOUBLE],
    ['uint8', DataType.UINT8],
  ] as const) {
    t.match(inspect({ elemType }), { inputType });
  }
});

t.test('elements of another type are refused with those to export', async (t) => {
  for (const [type, elemType] of [
    ['INT8', DataType.INT8],
    ['BFLOAT16', DataType.BFLOAT16],
    ['STRING', DataType.STRING],
    ['99', 99 as DataType],
  ] as const) {
    t.throws(() => inspect({ elemType, inputName: 'pixels' }), {
      name: 'ModelRefusedError',
      message: `the input "pixels" has elements of type ${type}; export the model with float32, float16, float64 or uint8`,
    });
  }
});

t.test('the layout is where the channels are: 3 before 1, and first before last', async (t) => {
  t.match(inspectShape(['n', 3, 5, 7]), { layout: 'nchw', channels: 3, height: 5, width: 7 });
  t.match(inspectShape(['n', 5, 7, 3]), { layout: 'nhwc', channels: 3, height: 5, width: 7 });
  t.match(inspectShape(['n', 3, 5, 3]), { layout: 'nchw', height: 5, width: 3 });
  t.match(inspectShape(['n', 1, 5, 7]), { layout: 'nchw', channels: 1, height: 5, width: 7 });
  t.match(inspectShape(['n', 5, 7, 1]), { layout: 'nhwc', channels: 1, height: 5, width: 7 });
  t.match(inspectShape(['n', 1, 7, 3]), { layout: 'nhwc', channels: 3, height: 1, width: 7 });
});

t.test('a batch of a fixed size is told, and one image without a batch', async (t) => {
  for (const batch of [1, 8]) {
    t.match(inspect({ batch }), { hasBatch: true, fixedBatch: batch });
  }
  const bare = { hasBatch: false, fixedBatch: 1 };
  t.match(inspectShape([3, 5, 7]), { ...bare, layout: 'nchw', channels: 3, height: 5, width: 7 });
  t.match(inspectShape([5, 7, 3]), { ...bare, layout: 'nhwc', channels: 3, height: 5, width: 7 });
  t.match(inspectShape([1, 5, 7]), { ...bare, layout: 'nchw', channels: 1, height: 5, width: 7 });
});

t.test('channels that are open are those of the first convolution', async (t) => {
  const open = ['batch', 'channels', 'height', 'width'];
  const convolution = (from: string, name = 'w', opType = 'Conv', at = 1) => {
    const conv = node(opType, [...Array(at - 1).fill('zero'), name]);
    conv.input.unshift(from);
    conv.output = ['features'];
    return conv;
  };
  const weights = (channels: number) => floats('w', [], [16, channels, 3, 3]);
  const link = (one: NodeProto, from: string, to: string) => {
    one.input.unshift(from);
    one.output = [to];
    return one;
  };
  const conv = { nodes: [convolution('pixels')], constants: [weights(3)] };
  const facts = { layout: 'nchw', channels: 3, width: undefined, height: undefined };
  t.match(inspectShape(open, conv), facts);
  t.match(inspectShape(open, { ...conv, constants: [weights(1)] }), { channels: 1 });
  t.match(inspectShape(['n', 'c', 8, 9], conv), { channels: 3, height: 8, width: 9 });

  const turned = [
    link(node('Cast'), 'pixels', 'a'),
    link(node('Transpose', [], [integers('perm', [0, 3, 1, 2])]), 'a', 'b'),
    convolution('b'),
  ];
  t.match(inspectShape(open, { ...conv, nodes: turned }), { layout: 'nhwc', channels: 3 });

  const other = [link(node('Shape'), 'w', 'shape'), convolution('w', 'w2'), convolution('pixels')];
  t.match(inspectShape(open, { ...conv, nodes: other }), { channels: 3 }, 'not of the image');

  const dequantised = [
    link(node('DequantizeLinear', ['scale', 'zero']), 'w', 'weights'),
    convolution('pixels', 'weights'),
  ];
  t.match(inspectShape(open, { ...conv, nodes: dequantised }), { channels: 3 }, 'quantised');
  const quantised = [convolution('pixels', 'w', 'QLinearConv', 3)];
  t.match(inspectShape(open, { ...conv, nodes: quantised }), { channels: 3 }, 'QLinearConv');
  const integers8 = [convolution('pixels', 'w', 'ConvInteger')];
  t.match(inspectShape(open, { ...conv, nodes: integers8 }), { channels: 3 }, 'ConvInteger');

  const constant = node('Constant', [], [{ ...integer('value', 0), t: weights(3) }]);
  constant.output = ['inside'];
  const inside = { nodes: [constant, convolution('pixels', 'inside')] };
  t.match(inspectShape(open, inside), { channels: 3 }, 'the weights of a Constant');

  const grouped = convolution('pixels');
  grouped.attribute = [integer('group', 3)];
  t.match(inspectShape(open, { nodes: [grouped], constants: [weights(1)] }), { channels: 3 });

  t.throws(() => inspectShape(open, { ...conv, constants: [weights(4)] }), {
    message:
      /"pixels" has 4 channels, according to the weights of its first convolution; images have 3, or/,
  });
  t.throws(() => inspectShape(open, { nodes: [convolution('pixels', 'none')] }), {
    message: /does not show where its 3 channels are/,
  });
});

t.test('an input that is no image is refused with the shapes that are', async (t) => {
  const shapes = /its shape must be \[n, 3, height, width\] or \[n, height, width, 3\], with 1 in/;
  for (const dims of [[], ['n'], ['n', 3], ['n', 8, 8], ['n', 3, 8, 8, 8], [0, 3072]]) {
    const why = { message: /"pixels" is not an image, and only image classifiers/ };
    t.throws(() => inspectShape(dims), why, `${dims}`);
    t.throws(() => inspectShape(dims), { message: shapes }, `${dims}`);
  }
  for (const dims of [
    ['n', 8, 3, 8],
    ['n', 8, 8, 4],
    ['n', 'c', 'h', 'w'],
  ]) {
    const why = { message: /"pixels" does not show where its 3 channels are/ };
    t.throws(() => inspectShape(dims), why, `${dims}`);
    t.throws(() => inspectShape(dims), { message: shapes }, `${dims}`);
  }
  t.throws(() => inspectShape(['batch', 8, 0, 8]), { message: /but is \[batch, 8, \?, 8\]/ });
});

t.test('an input without any shape is that of the first convolution', async (t) => {
  const { graph } = readGraph(tinyClassifier({ inputName: 'pixels' }));
  const type = graph.input[0]?.type?.value;
  if (type?.case === 'tensorType') type.value.shape = undefined;
  t.throws(() => inspectInput(graph), { message: /does not show where.*but is unknown/ });
  const convolution = node('Conv', ['w']);
  convolution.input.unshift('pixels');
  graph.node.unshift(convolution);
  graph.initializer.push(floats('w', [], [16, 3, 3, 3]));
  t.match(inspectInput(graph), {
    ...{ layout: 'nchw', channels: 3, hasBatch: true },
    ...{ fixedBatch: undefined, width: undefined, height: undefined },
  });
});

t.test('one input', async (t) => {
  const { graph } = readGraph(tinyClassifier());
  graph.input.push(value('mask', DataType.FLOAT, ['n', 4]));
  t.throws(() => inspectInput(graph), {
    message: 'the model has 2 inputs ("input", "mask"); export it with exactly one',
  });
  graph.input = [];
  t.throws(() => inspectInput(graph), {
    message: 'the model has 0 inputs (none); export it with exactly one',
  });
});

t.test('weights listed as inputs are none', async (t) => {
  t.match(inspect({ irVersion: 3 }), { inputName: 'input' });
  t.match(inspect({ weightsAsInputs: true }), { inputName: 'input' });
  const { graph } = readGraph(tinyClassifier());
  graph.sparseInitializer = [create(SparseTensorProtoSchema, { values: { name: 'sparse' } })];
  graph.input.push(value('sparse', DataType.FLOAT, [9]));
  t.match(inspectInput(graph), { inputName: 'input' });
});

t.test('sequences, and values without a type, are refused', async (t) => {
  const { graph } = readGraph(tinyClassifier());
  const first = graph.input[0]!;
  const why = { message: 'the input "input" is not a tensor; export the model without sequences' };
  first.type = create(TypeProtoSchema, { value: { case: 'sequenceType', value: {} } });
  t.throws(() => inspectInput(graph), why);
  first.type = undefined;
  t.throws(() => inspectInput(graph), why);
});
