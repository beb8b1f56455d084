import t from 'tap';
import { create } from '@bufbuild/protobuf';
import {
  SparseTensorProtoSchema,
  TypeProtoSchema,
} from '../../../src/engine/graph/generated/onnx_pb.js';
import { value } from '../../../src/engine/graph/onnx-builders.js';
import { inspectClassifier, readGraph } from '../../../src/engine/graph/index.js';
import { type ClassifierOptions, DataType, tinyClassifier } from '../../helpers/onnx-models.js';

const inspect = (options: ClassifierOptions) =>
  inspectClassifier(readGraph(tinyClassifier(options)));

/** The facts of a model whose input, output or both have these dimensions. */
function inspectShapes(shapes: {
  readonly input?: readonly (number | string)[];
  readonly output?: readonly (number | string)[];
}) {
  const parsed = readGraph(tinyClassifier());
  const { graph } = parsed;
  if (shapes.input) graph.input = [value('pixels', DataType.FLOAT, shapes.input)];
  if (shapes.output) graph.output = [value('scores', DataType.FLOAT, shapes.output)];
  return inspectClassifier(parsed);
}

t.test('the facts of both layouts', async (t) => {
  const facts = {
    inputName: 'confidence',
    outputName: 'batch_dispatch_x',
    inputType: 'float32',
    outputType: 'float32',
    width: 10,
    height: 6,
    classes: 5,
    fixedBatch: undefined,
    isFlat: true,
  };
  const { inputName, outputName, width, height, classes } = facts;
  for (const layout of ['nchw', 'nhwc'] as const) {
    t.same(inspect({ layout, inputName, outputName, width, height, classes }), {
      ...facts,
      layout,
    });
  }
});

t.test('what the graph leaves open is undefined', async (t) => {
  t.match(inspect({ width: 'dynamic', height: 6 }), { width: undefined, height: 6 });
  t.match(inspect({ layout: 'nhwc', width: 6, height: 'dynamic' }), {
    width: 6,
    height: undefined,
  });
  t.match(inspect({ outputRank: 'unsaid' }), { classes: undefined, isFlat: false });
  t.match(inspectShapes({ output: ['n', 'classes'] }), { classes: undefined, isFlat: true });
  t.match(inspectShapes({ output: ['n', 0] }), { classes: undefined }, '0 is open');
  t.match(inspectShapes({ input: [0, 3, 8, 8] }), { layout: 'nchw' }, 'a batch of 0 is open');
});

t.test('scores may have dimensions of 1 after the classes', async (t) => {
  t.match(inspect({ outputRank: 4 }), { classes: 4, isFlat: false });
  t.match(inspectShapes({ output: ['n', 9, 1] }), { classes: 9, isFlat: false });
});

t.test('half floats are read', async (t) => {
  const types = { elemType: DataType.FLOAT16, outputElemType: DataType.FLOAT16 };
  t.match(inspect(types), { inputType: 'float16', outputType: 'float16' });
});

t.test('the layout is where the 3 is, and channels first if it is at both ends', async (t) => {
  t.match(inspectShapes({ input: ['n', 3, 5, 7] }), { layout: 'nchw', height: 5, width: 7 });
  t.match(inspectShapes({ input: ['n', 5, 7, 3] }), { layout: 'nhwc', height: 5, width: 7 });
  t.match(inspectShapes({ input: ['n', 3, 5, 3] }), { layout: 'nchw', height: 5, width: 3 });
});

t.test('a batch of a fixed size is told', async (t) => {
  for (const batch of [1, 8]) t.match(inspect({ batch }), { fixedBatch: batch });
});

t.test('an input that is no image is refused with the shapes that are', async (t) => {
  const shapes = /must be \[n, 3, height, width\] or \[n, height, width, 3\]/;
  for (const input of [[], ['n'], ['n', 3], ['n', 8, 8], ['n', 3, 8, 8, 8]]) {
    const why = { message: /"pixels" is not an image/ };
    t.throws(() => inspectShapes({ input }), why, `${input}`);
    t.throws(() => inspectShapes({ input }), { message: shapes }, `${input}`);
  }
  for (const input of [
    ['n', 1, 8, 8],
    ['n', 8, 3, 8],
    ['n', 8, 8, 4],
    ['n', 'c', 'h', 'w'],
  ]) {
    const why = { message: /"pixels" does not show where its 3 channels are/ };
    t.throws(() => inspectShapes({ input }), why, `${input}`);
    t.throws(() => inspectShapes({ input }), { message: shapes }, `${input}`);
  }
});

t.test('an input without any shape is refused', async (t) => {
  const parsed = readGraph(tinyClassifier({ inputName: 'pixels' }));
  const type = parsed.graph.input[0]?.type?.value;
  if (type?.case === 'tensorType') type.value.shape = undefined;
  t.throws(() => inspectClassifier(parsed), { message: /"pixels" is not an image/ });
});

t.test('scores that are not one for each class are refused with the shape', async (t) => {
  for (const output of [[], ['n'], ['n', 4, 2], ['n', 4, 7, 7], ['n', 1, 1, 4], ['n', 4, 'x']]) {
    t.throws(
      () => inspectShapes({ output }),
      { message: /"scores" is not a score for each class: its shape must be \[n, classes\]/ },
      `${output}`,
    );
  }
});

t.test('elements of another type are refused with the one to export', async (t) => {
  for (const [type, elemType] of Object.entries({
    UINT8: DataType.UINT8,
    DOUBLE: DataType.DOUBLE,
    BFLOAT16: DataType.BFLOAT16,
  })) {
    const what = `has elements of type ${type}; export the model with float32`;
    const input = { elemType, inputName: 'pixels' };
    t.throws(() => inspect(input), { message: `the input "pixels" ${what}` });
    t.throws(() => inspect({ outputElemType: elemType }), {
      message: `the output "scores" ${what}`,
    });
  }
  const unknown = 99 as DataType;
  t.throws(() => inspect({ elemType: unknown }), { message: /elements of type 99; export/ });
});

t.test('one input and one output', async (t) => {
  for (const side of ['input', 'output'] as const) {
    const parsed = readGraph(tinyClassifier());
    const { graph } = parsed;
    graph[side].push(value('mask', DataType.FLOAT, ['n', 4]));
    const first = graph[side][0]?.name;
    const two = `the model has 2 ${side}s ("${first}", "mask"); export it with exactly one`;
    t.throws(() => inspectClassifier(parsed), { message: two });
    graph[side] = [];
    const none = `the model has 0 ${side}s (none); export it with exactly one`;
    t.throws(() => inspectClassifier(parsed), { message: none });
  }
});

t.test('weights listed as inputs are none', async (t) => {
  t.match(inspect({ irVersion: 3 }), { inputName: 'input' });
  t.match(inspect({ weightsAsInputs: true }), { inputName: 'input' });
});

t.test('a sparse weight listed as an input is none', async (t) => {
  const parsed = readGraph(tinyClassifier());
  const { graph } = parsed;
  graph.sparseInitializer = [create(SparseTensorProtoSchema, { values: { name: 'sparse' } })];
  graph.input.push(value('sparse', DataType.FLOAT, [9]));
  t.match(inspectClassifier(parsed), { inputName: 'input' });
});

t.test('a refused shape is shown as it is', async (t) => {
  const input = ['batch', 1, 0, 8];
  t.throws(() => inspectShapes({ input }), { message: /but is \[batch, 1, \?, 8\]/ });
  t.throws(() => inspectShapes({ output: ['n', 4, 7] }), { message: /but is \[n, 4, 7\]/ });
});

t.test('sequences, and values without a type, are refused', async (t) => {
  for (const side of ['input', 'output'] as const) {
    const parsed = readGraph(tinyClassifier());
    const first = parsed.graph[side][0]!;
    const what = `the ${side} "${first.name}" is not a tensor`;
    first.type = create(TypeProtoSchema, { value: { case: 'sequenceType', value: {} } });
    t.throws(() => inspectClassifier(parsed), {
      message: `${what}; export the model without sequences and maps`,
    });
    first.type = undefined;
    t.throws(() => inspectClassifier(parsed), { message: new RegExp(what) });
  }
});
