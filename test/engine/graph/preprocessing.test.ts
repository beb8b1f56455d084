import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import t from 'tap';
import {
  TensorProto_DataType as DataType,
  ModelProtoSchema,
} from '../../../src/engine/graph/generated/onnx_pb.js';
import { IMAGE } from '../../../src/engine/graph/names.js';
import { value } from '../../../src/engine/graph/onnx-builders.js';
import { preprocessing } from '../../../src/engine/graph/preprocessing.js';
import type { RewriteSpec } from '../../../src/engine/graph/rewrite-spec.js';

// What the nodes before the model make of any pixels, against the same in JavaScript.

const WIDTH = 3;
const HEIGHT = 2;
const VALUES = WIDTH * HEIGHT * 3;
type Layout = 'nchw' | 'nhwc';

async function prepared(spec: RewriteSpec, layout: Layout, pixels: Uint8Array) {
  const facts = {
    inputName: 'prepared',
    outputName: 'scores',
    inputType: 'float32',
    outputType: 'float32',
    layout,
    width: undefined,
    height: undefined,
    classes: undefined,
    fixedBatch: undefined,
    isFlat: true,
  } as const;
  const { nodes, constants } = preprocessing(facts, spec);
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: 13n }],
    graph: {
      name: 'before',
      node: [...nodes],
      initializer: [...constants],
      input: [value(IMAGE, DataType.UINT8, ['n', HEIGHT, WIDTH, 3])],
      output: [value('prepared', DataType.FLOAT, ['n', 'a', 'b', 'c'])],
    },
  });
  const session = await InferenceSession.create(toBinary(ModelProtoSchema, model));
  const shape = [pixels.length / VALUES, HEIGHT, WIDTH, 3];
  const { prepared } = await session.run({ [IMAGE]: new Tensor('uint8', pixels, shape) });
  await session.release();
  return { dims: prepared?.dims, data: Array.from(prepared?.data as Float32Array) };
}

/** Where the value of channel c, red being 0, of pixel p of image n must come to lie. */
function indexOf(spec: RewriteSpec, layout: Layout, n: number, p: number, c: number): number {
  const channel = spec.channelOrder === 'bgr' ? 2 - c : c;
  const inImage = layout === 'nchw' ? channel * WIDTH * HEIGHT + p : p * 3 + channel;
  return n * VALUES + inImage;
}

const perChannel = (min: number, max: number) => {
  const one = fc.double({ min, max, noNaN: true });
  return fc.tuple(one, one, one);
};

t.test('pixels are normalised and put in order, whatever the mean, std and pixels', async (t) => {
  const specs = fc.record({
    width: fc.constant(WIDTH),
    height: fc.constant(HEIGHT),
    channelOrder: fc.constantFrom('rgb' as const, 'bgr' as const),
    mean: perChannel(-255, 510),
    std: perChannel(0.25, 510),
    output: fc.constant('logits' as const),
    topK: fc.constant(1),
  });
  const layouts = fc.constantFrom<Layout>('nchw', 'nhwc');
  const batches = fc
    .integer({ min: 1, max: 5 })
    .chain((n) => fc.uint8Array({ minLength: n * VALUES, maxLength: n * VALUES }));
  await fc.assert(
    fc.asyncProperty(specs, layouts, batches, async (spec, layout, pixels) => {
      const n = pixels.length / VALUES;
      const { dims, data } = await prepared(spec, layout, pixels);
      const wantedDims = layout === 'nchw' ? [n, 3, HEIGHT, WIDTH] : [n, HEIGHT, WIDTH, 3];
      if (`${dims}` !== `${wantedDims}`) return false;
      return pixels.every((pixel, i) => {
        const c = i % 3;
        const [mean, std] = [Number(spec.mean[c]), Number(spec.std[c])];
        const p = Math.floor(i / 3) % (WIDTH * HEIGHT);
        const at = indexOf(spec, layout, Math.floor(i / VALUES), p, c);
        // pixel / std and mean / std are each rounded to float32 before they are subtracted.
        const scale = 1 + (pixel + Math.abs(mean)) / std;
        return Math.abs(Number(data[at]) - (pixel - mean) / std) <= 1e-6 * scale;
      });
    }),
    { numRuns: 50 },
  );
  t.pass('50 runs');
});

t.test('the cast comes first, and nothing else touches bytes', async (t) => {
  const spec = { width: WIDTH, height: HEIGHT, mean: [0, 0, 0], std: [1, 1, 1], topK: 1 } as const;
  const facts = {
    inputName: 'x',
    outputName: 'y',
    classes: 1,
    isFlat: true,
    fixedBatch: undefined,
  } as const;
  for (const inputType of ['float32', 'float16'] as const) {
    for (const layout of ['nchw', 'nhwc'] as const) {
      for (const channelOrder of ['rgb', 'bgr'] as const) {
        const { nodes } = preprocessing(
          { ...facts, inputType, outputType: inputType, layout, width: WIDTH, height: HEIGHT },
          { ...spec, channelOrder, output: 'logits' },
        );
        t.equal(nodes[0]?.opType, 'Cast');
        t.same(
          nodes.flatMap(({ input }, i) => (input.includes(IMAGE) ? [i] : [])),
          [0],
        );
        t.same(nodes.at(-1)?.output, ['x']);
      }
    }
  }
});
