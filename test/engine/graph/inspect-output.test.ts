import { create } from '@bufbuild/protobuf';
import t from 'tap';
import {
  TypeProtoSchema,
  type ValueInfoProto,
} from '../../../src/engine/graph/generated/onnx_pb.js';
import { inspectOutput } from '../../../src/engine/graph/inspect-output.js';
import { value } from '../../../src/engine/graph/onnx-builders.js';
import { DataType } from '../../helpers/onnx-models.js';

/** @param fixedBatch by the input; undefined if it is open */
function inspect(dims: readonly (number | string)[], fixedBatch?: number, type = DataType.FLOAT) {
  return inspectOutput(value('scores', type, dims), fixedBatch);
}

function without(part: 'shape' | 'type'): ValueInfoProto {
  const output = value('scores', DataType.FLOAT, []);
  if (part === 'type') output.type = undefined;
  else if (output.type?.value.case === 'tensorType') output.type.value.value.shape = undefined;
  return output;
}

t.test('a score for each class', async (t) => {
  t.same(inspect(['n', 9]), {
    outputName: 'scores',
    outputType: 'float32',
    classes: 9,
    isFlat: true,
    hasRows: true,
  });
  t.match(inspect([1, 9], 1), { classes: 9, isFlat: true, hasRows: true });
  t.match(inspect(['n', 'classes']), { classes: undefined, isFlat: true });
  t.match(inspect(['n', 0]), { classes: undefined, isFlat: true }, '0 is open');
  t.match(inspect(['n', 1]), { classes: 1, isFlat: true });
});

t.test('other dimensions of 1 do no harm', async (t) => {
  for (const dims of [
    ['n', 9, 1],
    ['n', 9, 1, 1],
    ['n', 1, 9],
    ['n', 1, 1, 9],
  ]) {
    t.match(inspect(dims), { classes: 9, isFlat: false, hasRows: true }, `${dims}`);
  }
  t.match(inspect(['n', 1, 1]), { classes: 1, isFlat: false });
  t.match(inspect(['n', 1, 'c']), { classes: undefined, isFlat: false });
});

t.test('one score for each image', async (t) => {
  const one = { classes: 1, isFlat: false, hasRows: true };
  t.match(inspect(['n']), one);
  t.match(inspect([8], 8), one, 'of a batch of 8');
  t.match(inspect([1], 1), one, 'of a batch of 1');
});

t.test('the scores of one image', async (t) => {
  const bare = { isFlat: false, hasRows: false };
  t.match(inspect([9], 1), { ...bare, classes: 9 });
  t.match(inspect([9]), { ...bare, classes: 9 }, 'whatever the input promises');
  t.match(inspect([], 1), { ...bare, classes: 1 }, 'a single number');
});

t.test('a shape that the graph does not say', async (t) => {
  t.match(inspectOutput(without('shape'), undefined), {
    classes: undefined,
    isFlat: false,
    hasRows: true,
  });
});

t.test('what is not one score for each class is refused with the shape', async (t) => {
  for (const dims of [
    ['n', 4, 2],
    ['n', 4, 7, 7],
    ['n', 4, 'x'],
    ['n', 'x', 'y'],
  ]) {
    t.throws(
      () => inspect(dims),
      {
        name: 'ModelRefusedError',
        message: /^the output "scores" is not a score for each class: its shape must be \[n, cl/,
      },
      `${dims}`,
    );
  }
  t.throws(() => inspect(['n', 4, 7]), { message: /but is \[n, 4, 7\]$/ });
});

t.test('three types of elements', async (t) => {
  t.match(inspect(['n', 4], undefined, DataType.FLOAT16), { outputType: 'float16' });
  t.match(inspect(['n', 4], undefined, DataType.DOUBLE), { outputType: 'float64' });
  for (const [name, type] of [
    ['INT64', DataType.INT64],
    ['UINT8', DataType.UINT8],
    ['99', 99 as DataType],
  ] as const) {
    t.throws(() => inspect(['n', 4], undefined, type), {
      message: `the output "scores" has elements of type ${name}; export the model with float32, float16 or float64`,
    });
  }
});

t.test('sequences, and values without a type, are refused', async (t) => {
  const why = { message: /the output "scores" is not a tensor; export .*zipmap=False/ };
  const sequence = without('type');
  t.throws(() => inspectOutput(sequence, undefined), why);
  sequence.type = create(TypeProtoSchema, { value: { case: 'sequenceType', value: {} } });
  t.throws(() => inspectOutput(sequence, undefined), why);
});
