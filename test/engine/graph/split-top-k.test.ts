import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import t from 'tap';
import {
  type ModelProto,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
} from '../../../src/engine/graph/generated/onnx_pb.js';
import {
  CONFIDENCE,
  IMAGE,
  LABEL_INDEX,
  type RewriteSpec,
  rewriteClassifier,
  SCORES,
  splitTopK,
} from '../../../src/engine/graph/index.js';
import { value } from '../../../src/engine/graph/onnx-builders.js';
import { type ClassifierOptions, DataType, tinyClassifier } from '../../helpers/onnx-models.js';

const SPEC: RewriteSpec = {
  width: 8,
  height: 6,
  channelOrder: 'rgb',
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
  output: 'logits',
  topK: 3,
};
const SIZE = { width: SPEC.width, height: SPEC.height };
const IMAGES = 5;

/** Errors only: the runtime warns of weights listed as inputs. */
const QUIET = { logSeverityLevel: 3 } as const;

function rewritten(options: ClassifierOptions = {}, spec: Partial<RewriteSpec> = {}): Uint8Array {
  const { output = 'logits' } = options;
  return rewriteClassifier(tinyClassifier({ ...SIZE, ...options }), { ...SPEC, output, ...spec });
}

function parsed(bytes: Uint8Array): ModelProto {
  return fromBinary(ModelProtoSchema, bytes);
}

function feeds(): InferenceSession.FeedsType {
  const { width, height } = SPEC;
  const imageBytes = width * height * 3;
  // Another colour and other noise in each image.
  const pixels = Uint8Array.from({ length: IMAGES * imageBytes }, (_, i) => {
    const colour = Math.floor(i / imageBytes) % 3 === i % 3 ? 150 : 90;
    return colour + (Math.imul(i + 1, 0x9e3779b1) >>> 26);
  });
  return { [IMAGE]: new Tensor('uint8', pixels, [IMAGES, height, width, 3]) };
}

/** Runs graphs one after another, each with what the one before it gives. */
async function run(...graphs: readonly Uint8Array[]): Promise<InferenceSession.ReturnType> {
  let values = feeds();
  for (const graph of graphs) {
    const session = await InferenceSession.create(graph, QUIET);
    values = await session.run(values);
    await session.release();
  }
  return values;
}

type Case = readonly [string, ClassifierOptions, Partial<RewriteSpec>?];

const MODELS: readonly Case[] = [
  ...[7, 9, 10, 11, 12, 13, 17, 18, 21, 24, 26].flatMap((opset): Case[] => [
    [`opset ${opset}`, { opset }],
    [`opset ${opset}, probabilities`, { opset, output: 'probabilities' }],
  ]),
  ['half floats', { elemType: DataType.FLOAT16, outputElemType: DataType.FLOAT16 }],
  ['half float probabilities', { outputElemType: DataType.FLOAT16, output: 'probabilities' }],
  ['scores of four dimensions', { scores: ['n', 4, 1, 1], output: 'probabilities' }],
  ['open classes', { scores: 'unsaid' }, { classes: 4 }],
  ['open classes, probabilities', { scores: 'unsaid', output: 'probabilities' }],
  ['open classes, opset 9', { scores: 'unsaid', opset: 9 }, { classes: 4 }],
  ['weights as inputs', { irVersion: 3, opset: 10 }],
  ['channels last, BGR', { layout: 'nhwc' }, { channelOrder: 'bgr' }],
  ['all of 12 classes', { classes: 12 }, { topK: 12 }],
  ['one class', { classes: 1 }, { topK: 1 }],
];

for (const [name, options, spec] of MODELS) {
  t.test(`${name}: the halves give what the whole gives`, async (t) => {
    const whole = rewritten(options, spec);
    const { scores, best } = splitTopK(whole);
    const wanted = await run(whole);
    const found = await run(scores, best);
    t.same(Object.keys(found).sort(), [CONFIDENCE, LABEL_INDEX]);
    for (const output of [CONFIDENCE, LABEL_INDEX]) {
      const [want, have] = [wanted[output], found[output]];
      t.equal(have?.type, want?.type);
      t.same(have?.dims, want?.dims);
      t.same(have?.data, want?.data, output);
    }
    const labels = new Set(wanted[LABEL_INDEX]?.data as Int32Array);
    t.ok(labels.size > 1 || options.classes === 1, 'and it is not the same everywhere');
    const given = (await run(scores))[SCORES];
    t.equal(given?.type, 'float32');
    t.same(given?.data, wanted[SCORES]?.data, 'the scores of every class too');
    t.same(given?.dims, [IMAGES, options.classes ?? 4]);
  });
}

t.test('the second graph carries only what it needs', async (t) => {
  for (const [opset, constants] of [
    [9, []],
    [10, ['batch_dispatch/k']],
  ] as const) {
    const model = parsed(tinyClassifier({ ...SIZE, opset }));
    model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: 'com.microsoft' }));
    const whole = rewriteClassifier(toBinary(ModelProtoSchema, model), SPEC);
    const { scores, best } = splitTopK(whole);
    const { irVersion, opsetImport, graph } = parsed(best);
    t.equal(irVersion, 8n);
    t.match(opsetImport, { length: 1, 0: { domain: '', version: BigInt(opset) } });
    t.same(
      graph?.node.map(({ opType }) => opType),
      ['TopK', 'Cast'],
    );
    t.same(
      graph?.initializer.map(({ name }) => name),
      constants,
    );
    t.same(
      graph?.input.map(({ name }) => name),
      [SCORES],
    );
    t.ok(best.length < 700, `${best.length} bytes`);
    const first = parsed(scores);
    t.equal(first.opsetImport.length, 2);
    t.notOk(first.graph?.node.some(({ opType }) => opType === 'TopK'));
    t.notOk(first.graph?.initializer.some(({ name }) => name === 'batch_dispatch/k'));
  }
});

t.test('all else stays, fields that the schema does not know too', async (t) => {
  const unknown = (text: string) => [
    { no: 1000, wireType: 2, data: Buffer.concat([Buffer.of(text.length), Buffer.from(text)]) },
  ];
  const model = parsed(tinyClassifier(SIZE));
  model.$unknown = unknown('in the model');
  model.graph!.$unknown = unknown('in the graph');
  model.graph!.node[0]!.$unknown = unknown('in a node');
  model.graph!.initializer[0]!.$unknown = unknown('in a tensor');
  const whole = rewriteClassifier(toBinary(ModelProtoSchema, model), SPEC);
  const { scores, best } = splitTopK(whole);
  for (const text of ['in the model', 'in the graph', 'in a node', 'in a tensor']) {
    t.ok(Buffer.from(scores).includes(text), text);
    t.notOk(Buffer.from(best).includes(text), `${text}, once`);
  }
  const joined = parsed(scores);
  const { graph } = parsed(best);
  joined.graph!.node.push(...graph!.node);
  joined.graph!.initializer.push(...graph!.initializer);
  joined.graph!.output.unshift(...graph!.output);
  t.same(Buffer.from(toBinary(ModelProtoSchema, joined)), Buffer.from(whole));
});

t.test("scores that are the model's own output, with a shape of their own", async (t) => {
  const model = parsed(tinyClassifier({ ...SIZE, output: 'probabilities' }));
  model.graph!.valueInfo.push(value('scores', DataType.FLOAT, ['n', 4]));
  const spec = { ...SPEC, output: 'probabilities' } as const;
  const whole = rewriteClassifier(toBinary(ModelProtoSchema, model), spec);
  const { scores, best } = splitTopK(whole);
  t.same(Object.keys(await run(scores)), [SCORES]);
  t.same((await run(scores, best))[CONFIDENCE]?.data, (await run(whole))[CONFIDENCE]?.data);
});

t.test('a graph that was not rewritten is a bug', async (t) => {
  t.throws(() => splitTopK(tinyClassifier()), /the graph was not rewritten/);
});
