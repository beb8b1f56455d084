import fc from 'fast-check';
import t from 'tap';
import { Resampler } from '../../../src/decode/resample/resampler.js';
import { type Axis, triangleTaps, WEIGHT_BITS } from '../../../src/decode/resample/taps.js';

function whole(from: number, to: number): Axis {
  return { from, to, offset: 0, count: to };
}

function resample(pixels: Uint8Array, x: Axis, y: Axis): Uint8Array {
  const resampler = new Resampler();
  resampler.raster(pixels.length).set(pixels);
  return resampler.resample(x, y).slice();
}

/** The definition, in floating point: a triangle over source samples, rows first, bytes between. */
function expected(pixels: Uint8Array, x: Axis, y: Axis): Uint8Array {
  const narrow = new Uint8Array(y.from * x.count * 3);
  const out = new Uint8Array(y.count * x.count * 3);
  for (let c = 0; c < 3; c++) {
    for (let row = 0; row < y.from; row++) {
      for (let i = 0; i < x.count; i++) {
        narrow[(row * x.count + i) * 3 + c] = sample(
          x,
          i,
          (k) => pixels[(row * x.from + k) * 3 + c],
        );
      }
    }
    for (let row = 0; row < y.count; row++) {
      for (let i = 0; i < x.count; i++) {
        out[(row * x.count + i) * 3 + c] = sample(y, row, (k) => narrow[(k * x.count + i) * 3 + c]);
      }
    }
  }
  return out;
}

function sample(axis: Axis, i: number, at: (k: number) => number | undefined): number {
  const scale = axis.from / axis.to;
  const support = Math.max(scale, 1);
  const centre = (i + axis.offset + 0.5) * scale;
  let sum = 0;
  let weights = 0;
  for (let k = 0; k < axis.from; k++) {
    const weight = Math.max(0, 1 - Math.abs(k + 0.5 - centre) / support);
    sum += weight * Number(at(k));
    weights += weight;
  }
  return Math.round(sum / weights);
}

function maxDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - Number(b[i]))), 0);
}

t.test('equals what Pillow 13.0.0 gives with BILINEAR', async (t) => {
  const pixels = Uint8Array.from({ length: 7 * 5 * 3 }, (_, i) => (i * 37) % 251);
  const pillow = Uint8Array.of(
    ...[68, 93, 130, 171, 77, 114, 144, 125, 87, 128, 160, 134],
    ...[97, 131, 144, 107, 115, 141, 153, 88, 125, 163, 162, 96],
    ...[132, 169, 99, 116, 153, 100, 89, 126, 123, 116, 97, 134],
  );
  t.equal(maxDifference(resample(pixels, whole(7, 4), whole(5, 3)), pillow) <= 1, true);
});

t.test('any raster, size and crop equals the definition but for roundings', async (t) => {
  const side = fc.integer({ min: 1, max: 40 });
  const axis = fc
    .tuple(side, side, fc.nat(39), fc.nat(39))
    .map(([from, to, offset, count]): Axis => {
      const first = offset % to;
      return { from, to, offset: first, count: 1 + (count % (to - first)) };
    });
  fc.assert(
    fc.property(axis, axis, fc.integer(), (x, y, seed) => {
      const pixels = Uint8Array.from(
        { length: x.from * y.from * 3 },
        (_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 24,
      );
      // Fixed-point weights may tip a rounding over: by 1 on each axis.
      return maxDifference(resample(pixels, x, y), expected(pixels, x, y)) <= 2;
    }),
    { numRuns: 1000 },
  );
  t.pass('1000 resizes');
});

t.test('the same size changes nothing, and flat stays flat at any scale', async (t) => {
  const pixels = Uint8Array.from({ length: 16 * 9 * 3 }, (_, i) => i * 5);
  t.same(resample(pixels, whole(16, 16), whole(9, 9)), pixels);
  for (const [from, to] of [
    [3, 100],
    [100, 3],
    [1, 50],
    [977, 13],
  ] as const) {
    const flat = new Uint8Array(from * from * 3).fill(255);
    const out = resample(flat, whole(from, to), whole(from, to));
    t.equal(
      out.every((value) => value === 255),
      true,
      `${from} to ${to}`,
    );
  }
});

t.test('the weights of each sample sum to exactly one', async (t) => {
  const { weights, pairs } = triangleTaps(whole(1000, 7));
  for (let i = 0; i < 7; i++) {
    const row = weights.slice(i * pairs * 2, (i + 1) * pairs * 2);
    t.equal(
      row.reduce((sum, weight) => sum + weight, 0),
      1 << WEIGHT_BITS,
    );
  }
});

t.test('one resampler serves images of any size, one after another', async (t) => {
  const resampler = new Resampler();
  for (const side of [10, 4000, 30, 5]) {
    const raster = resampler.raster(side * side * 3);
    raster.fill(side % 256);
    const out = resampler.resample(whole(side, 8), whole(side, 8));
    t.equal(out.length, 8 * 8 * 3);
    t.equal(
      out.every((value) => value === side % 256),
      true,
      `side ${side}`,
    );
  }
});

t.test('the most extreme shapes stay within their memory', async (t) => {
  for (const [width, height] of [
    [64, 65535],
    [65535, 64],
    [1, 65535],
    [65535, 1],
    [1, 1],
  ] as const) {
    for (const side of [1, 8, 96]) {
      const resampler = new Resampler();
      resampler.raster(width * height * 3).fill(77);
      const out = resampler.resample(whole(width, side), whole(height, side));
      t.equal(
        out.every((value) => value === 77),
        true,
        `${width}x${height} to ${side}`,
      );
    }
  }
});
