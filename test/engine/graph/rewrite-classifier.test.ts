import { fromBinary, toBinary } from '@bufbuild/protobuf';
import t from 'tap';
import {
  type GraphProto,
  ModelProtoSchema,
  type ValueInfoProto,
} from '../../../src/engine/graph/generated/onnx_pb.js';
import {
  CONFIDENCE,
  IMAGE,
  LABEL_INDEX,
  type RewriteSpec,
  rewriteClassifier,
  SCORES,
} from '../../../src/engine/graph/index.js';
import { type ClassifierOptions, DataType, tinyClassifier } from '../../helpers/onnx-models.js';

const SPEC: RewriteSpec = {
  width: 8,
  height: 6,
  channelOrder: 'rgb',
  mean: [1, 2, 3],
  std: [2, 4, 8],
  output: 'logits',
  topK: 3,
};
const SIZE = { width: 8, height: 6 };

function rewrite(options: ClassifierOptions, changes: Partial<RewriteSpec> = {}) {
  const bytes = rewriteClassifier(tinyClassifier({ ...SIZE, ...options }), { ...SPEC, ...changes });
  return fromBinary(ModelProtoSchema, bytes).graph!;
}

/** Names of all that is made in a graph. */
function namesOf({ node, initializer }: GraphProto): string[] {
  return [...node.flatMap(({ output }) => output), ...initializer.map(({ name }) => name)];
}

function shapeOf({ name, type }: ValueInfoProto) {
  if (type?.value.case !== 'tensorType') return undefined;
  const { elemType, shape } = type.value.value;
  return [name, elemType, ...(shape?.dim.map(({ value }) => value.value) ?? [])];
}

t.test('the graph takes pixels and gives the best classes', async (t) => {
  for (const layout of ['nchw', 'nhwc'] as const) {
    const graph = rewrite({ layout });
    t.same(graph.input.map(shapeOf), [[IMAGE, DataType.UINT8, 'batch', 6n, 8n, 3n]]);
    t.same(graph.output.map(shapeOf), [
      [CONFIDENCE, DataType.FLOAT, 'batch', 3n],
      [LABEL_INDEX, DataType.INT32, 'batch', 3n],
      [SCORES, DataType.FLOAT, 'batch', 4n],
    ]);
  }
});

t.test('every name that is new begins with the prefix, and none comes twice', async (t) => {
  const own = fromBinary(ModelProtoSchema, tinyClassifier(SIZE)).graph!;
  const old = new Set(['input', ...namesOf(own)]);
  for (const layout of ['nchw', 'nhwc'] as const) {
    const names = namesOf(rewrite({ layout }, { channelOrder: 'bgr' }));
    t.equal(new Set(names).size, names.length);
    const added = names.filter((name) => !old.has(name));
    t.ok(added.length > 5);
    t.same(
      added.filter((name) => !name.startsWith('batch_dispatch/')),
      [],
    );
  }
});

t.test('no more classes are kept than there are', async (t) => {
  const kept = (options: ClassifierOptions, changes: Partial<RewriteSpec>) =>
    rewrite(options, changes).output.map((output) => shapeOf(output)?.at(-1));
  t.same(kept({}, { topK: 100 }), [4n, 4n, 4n], 'the graph says how many');
  const unsaid = { scores: 'unsaid' } as const;
  t.same(kept(unsaid, { topK: 4, classes: 4 }), [4n, 4n, 4n], 'the caller says');
  t.same(kept(unsaid, { topK: 3 }), [3n, 3n, 'classes'], 'nobody says');
});

t.test('a model whose names are in the way is refused', async (t) => {
  const why = { name: 'ModelRefusedError', message: /"batch_dispatch\/.*use the original model/ };
  const once = rewriteClassifier(tinyClassifier(SIZE), SPEC);
  t.throws(() => rewriteClassifier(once, SPEC), why, 'rewritten twice');
  t.throws(() => rewrite({ outputName: 'batch_dispatch/confidence' }), why, 'an output');
  t.throws(() => rewrite({ inputName: 'batch_dispatch/image' }), why, 'an input');
  const model = fromBinary(ModelProtoSchema, tinyClassifier(SIZE));
  model.graph!.initializer[0]!.name = 'batch_dispatch/scale';
  const bytes = toBinary(ModelProtoSchema, model);
  t.throws(() => rewriteClassifier(bytes, SPEC), why, 'a weight');
});

t.test('weights that are listed as inputs stay listed', async (t) => {
  const { input } = rewrite({ irVersion: 3 });
  t.same(
    input.map(({ name }) => name),
    [IMAGE, 'weight', 'bias'],
  );
});

t.test('a size that differs is refused with what to set', async (t) => {
  for (const layout of ['nchw', 'nhwc'] as const) {
    t.throws(() => rewrite({ layout, inputName: 'pixels', width: 10 }), {
      name: 'ModelRefusedError',
      message: 'the input "pixels" has width 10, but model.json says 8; set input.width to 10',
    });
    t.throws(() => rewrite({ layout, inputName: 'pixels' }, { height: 7 }), {
      message: 'the input "pixels" has height 6, but model.json says 7; set input.height to 6',
    });
    t.doesNotThrow(() => rewrite({ layout, width: 'dynamic' }, { width: 99 }));
  }
});

t.test('what cannot be read or is no classifier is refused here as well', async (t) => {
  t.throws(() => rewriteClassifier(Buffer.from('text'), SPEC), { message: /not an ONNX model/ });
});
