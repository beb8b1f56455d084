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
import { dataTypeOf } from '../../../src/engine/graph/tensor-type.js';

// What the nodes before the model make of any pixels, against the same in JavaScript.

const WIDTH = 3;
const HEIGHT = 2;
const AREA = WIDTH * HEIGHT;
const VALUES = AREA * 3;
const FACTS = {
  inputName: 'prepared',
  inputType: 'float32',
  layout: 'nchw',
  channels: 3,
  hasBatch: true,
} as const;
const SPEC: RewriteSpec = {
  width: WIDTH,
  height: HEIGHT,
  channelOrder: 'rgb',
  mean: [0, 0, 0],
  std: [1, 1, 1],
  output: 'logits',
  topK: 1,
};

type Facts = Parameters<typeof preprocessing>[0];
type Layout = Facts['layout'];

async function prepared(
  pixels: Uint8Array,
  changes: Partial<Facts> = {},
  spec: RewriteSpec = SPEC,
  opset = 13,
) {
  const facts = { ...FACTS, ...changes };
  const { nodes, constants } = preprocessing(facts, spec, opset);
  const dims = facts.hasBatch ? ['n', 'a', 'b', 'c'] : ['a', 'b', 'c'];
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    graph: {
      name: 'before',
      node: [...nodes],
      initializer: [...constants],
      input: [value(IMAGE, DataType.UINT8, ['n', HEIGHT, WIDTH, 3])],
      output: [value('prepared', dataTypeOf(facts.inputType), dims)],
    },
  });
  const session = await InferenceSession.create(toBinary(ModelProtoSchema, model));
  const shape = [pixels.length / VALUES, HEIGHT, WIDTH, 3];
  const { prepared } = await session.run({ [IMAGE]: new Tensor('uint8', pixels, shape) });
  await session.release();
  return { dims: prepared?.dims, data: Array.from(prepared?.data as Float32Array, Number) };
}

/** Where the value of channel c, red being 0, of pixel p of image n must come to lie. */
function indexOf(spec: RewriteSpec, layout: Layout, n: number, p: number, c: number): number {
  const channel = spec.channelOrder === 'bgr' ? 2 - c : c;
  const inImage = layout === 'nchw' ? channel * AREA + p : p * 3 + channel;
  return n * VALUES + inImage;
}

/** As Pillow's convert("L"). */
function greyOf(pixels: Uint8Array): number[] {
  return Array.from({ length: pixels.length / 3 }, (_, i) => {
    const [red = 0, green = 0, blue = 0] = pixels.subarray(3 * i);
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  });
}

const perChannel = (min: number, max: number) => {
  const one = fc.double({ min, max, noNaN: true });
  return fc.tuple(one, one, one);
};
const layouts = fc.constantFrom<Layout>('nchw', 'nhwc');
const batches = fc
  .integer({ min: 1, max: 5 })
  .chain((n) => fc.uint8Array({ minLength: n * VALUES, maxLength: n * VALUES }));

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
  await fc.assert(
    fc.asyncProperty(specs, layouts, batches, async (spec, layout, pixels) => {
      const n = pixels.length / VALUES;
      const { dims, data } = await prepared(pixels, { layout }, spec);
      const wantedDims = layout === 'nchw' ? [n, 3, HEIGHT, WIDTH] : [n, HEIGHT, WIDTH, 3];
      if (`${dims}` !== `${wantedDims}`) return false;
      return pixels.every((pixel, i) => {
        const c = i % 3;
        const [mean, std] = [Math.fround(spec.mean[c] ?? 0), Math.fround(spec.std[c] ?? 1)];
        const p = Math.floor(i / 3) % AREA;
        const at = indexOf(spec, layout, Math.floor(i / VALUES), p, c);
        // Each step rounds to float32, as it did in training; no tolerance is wanted.
        return data[at] === Math.fround(Math.fround(pixel - mean) / std);
      });
    }),
    { numRuns: 50 },
  );
  t.pass('50 runs');
});

t.test('grey is that of Pillow, for every colour and layout', async (t) => {
  const opsets = fc.constantFrom(7, 12, 13, 17, 26);
  await fc.assert(
    fc.asyncProperty(layouts, batches, opsets, async (layout, pixels, opset) => {
      const { dims, data } = await prepared(pixels, { layout, channels: 1 }, SPEC, opset);
      const n = pixels.length / VALUES;
      const wantedDims = layout === 'nchw' ? [n, 1, HEIGHT, WIDTH] : [n, HEIGHT, WIDTH, 1];
      return `${dims}` === `${wantedDims}` && `${data}` === `${greyOf(pixels)}`;
    }),
    { numRuns: 50 },
  );
  const half = Uint8Array.from({ length: VALUES }, (_, i) => [84, 1, 3][i % 3] ?? 0);
  t.equal(greyOf(half)[0], 26, 'a colour that rounds up');
  t.same((await prepared(half, { channels: 1 })).data, greyOf(half));
  const spec = { ...SPEC, mean: [26, 26, 26], std: [2, 2, 2] } as const;
  t.same((await prepared(half, { channels: 1 }, spec)).data, Array(AREA).fill(0), 'normalised');
});

t.test('each type of elements, with and without a dimension for the batch', async (t) => {
  const pixels = Uint8Array.from({ length: VALUES }, (_, i) => 14 * i);
  for (const layout of ['nchw', 'nhwc'] as const) {
    const want = [...pixels.keys()].map((i) =>
      layout === 'nhwc' ? 14 * i : 14 * (3 * (i % AREA) + Math.floor(i / AREA)),
    );
    const image = layout === 'nchw' ? [3, HEIGHT, WIDTH] : [HEIGHT, WIDTH, 3];
    for (const inputType of ['float32', 'float64', 'uint8'] as const) {
      const whole = await prepared(pixels, { layout, inputType });
      t.same(whole, { dims: [1, ...image], data: want }, `${inputType} ${layout}`);
      const bare = await prepared(pixels, { layout, inputType, hasBatch: false });
      t.same(bare, { dims: image, data: want }, `${inputType} ${layout}, no batch`);
    }
    const half = await prepared(pixels, { layout, inputType: 'float16' });
    t.same(half.dims, [1, ...image], `float16 ${layout}`);
  }
  const grey = await prepared(pixels, { channels: 1, hasBatch: false });
  t.same(grey, { dims: [1, HEIGHT, WIDTH], data: greyOf(pixels) });
});

t.test('what would change nothing is left out', async (t) => {
  const opTypes = (mean: number, std: number) => {
    const spec = { ...SPEC, mean: [mean, mean, mean], std: [std, std, std] } as const;
    return preprocessing({ ...FACTS, layout: 'nhwc' }, spec, 13).nodes.map(({ opType }) => opType);
  };
  t.same(opTypes(0, 1), ['Cast']);
  t.same(opTypes(1, 1), ['Cast', 'Sub']);
  t.same(opTypes(0, 2), ['Cast', 'Div']);
  t.same(opTypes(1, 2), ['Cast', 'Sub', 'Div']);
});

t.test('the cast comes first, and nothing else touches bytes', async (t) => {
  for (const inputType of ['float32', 'float16', 'float64', 'uint8'] as const) {
    for (const layout of ['nchw', 'nhwc'] as const) {
      for (const channelOrder of ['rgb', 'bgr'] as const) {
        for (const channels of [1, 3] as const) {
          const facts = { ...FACTS, inputName: 'x', inputType, layout, channels };
          const { nodes } = preprocessing(facts, { ...SPEC, channelOrder }, 13);
          t.equal(nodes[0]?.opType, 'Cast');
          t.same(
            nodes.flatMap(({ input }, i) => (input.includes(IMAGE) ? [i] : [])),
            [0],
          );
          const casts = nodes.flatMap(({ opType }, i) => (opType === 'Cast' ? [i] : []));
          const last = nodes.length - 1;
          t.same(casts, inputType === 'float32' ? [0] : [0, last], 'it goes back to bytes last');
          t.same(nodes.at(-1)?.output, ['x']);
        }
      }
    }
  }
});
