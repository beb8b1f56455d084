import fc from 'fast-check';
import t from 'tap';
import { CONVOLUTIONS, type Filter } from '../../../src/decode/resample/filters.js';
import { Resampler } from '../../../src/decode/resample/resampler.js';
import { type Axis, filterTaps, LOW_BITS, WEIGHT_BITS } from '../../../src/decode/resample/taps.js';
import { PILLOW_RESIZES, SOURCE } from '../../helpers/pillow-resizes.js';

const FILTERS = ['nearest', 'bilinear', 'bicubic', 'lanczos'] as const;

function whole(from: number, to: number): Axis {
  return { from, to, offset: 0, count: to, flip: false };
}

function resample(
  pixels: Uint8Array,
  x: Axis,
  y: Axis,
  filter: Filter,
  firstAxis: 'x' | 'y' = 'x',
): Uint8Array {
  const resampler = new Resampler();
  resampler.raster(pixels.length).set(pixels);
  return resampler.resample(x, y, { filter, firstAxis }).slice();
}

/** The definition, in floating point: rows first, bytes between. */
function expected(pixels: Uint8Array, x: Axis, y: Axis, filter: Filter): Uint8Array {
  const narrow = new Uint8Array(y.from * x.count * 3);
  const out = new Uint8Array(y.count * x.count * 3);
  for (let c = 0; c < 3; c++) {
    for (let row = 0; row < y.from; row++) {
      for (let i = 0; i < x.count; i++) {
        const at = (k: number) => pixels[(row * x.from + k) * 3 + c];
        narrow[(row * x.count + i) * 3 + c] = sample(x, i, filter, at);
      }
    }
    for (let row = 0; row < y.count; row++) {
      for (let i = 0; i < x.count; i++) {
        const at = (k: number) => narrow[(k * x.count + i) * 3 + c];
        out[(row * x.count + i) * 3 + c] = sample(y, row, filter, at);
      }
    }
  }
  return out;
}

/** `width` pixels in a row become that many rows. */
function transposed(pixels: Uint8Array, width: number): Uint8Array {
  const height = pixels.length / 3 / width;
  return Uint8Array.from(pixels, (_, i) => {
    const pixel = Math.floor(i / 3);
    const [row, column] = [pixel % height, Math.floor(pixel / height)];
    return Number(pixels[(row * width + column) * 3 + (i % 3)]);
  });
}

function sample(
  axis: Axis,
  i: number,
  filter: Filter,
  at: (k: number) => number | undefined,
): number {
  const scale = axis.from / axis.to;
  const stretch = Math.max(scale, 1);
  const centre = (i + axis.offset + 0.5) * scale;
  const stored = (k: number) => Number(at(axis.flip ? axis.from - 1 - k : k));
  if (filter === 'nearest') return stored(Math.floor(centre));
  let sum = 0;
  let weights = 0;
  for (let k = 0; k < axis.from; k++) {
    const weight = CONVOLUTIONS[filter].weight((k + 0.5 - centre) / stretch);
    sum += weight * stored(k);
    weights += weight;
  }
  return Math.min(255, Math.max(0, Math.round(sum / weights)));
}

function maxDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((max, value, i) => Math.max(max, Math.abs(value - Number(b[i]))), 0);
}

for (const filter of FILTERS) {
  t.test(`${filter} is what Pillow makes, byte for byte`, async (t) => {
    for (const [size, hex] of Object.entries(PILLOW_RESIZES[filter])) {
      const [width = 0, height = 0] = size.split('x').map(Number);
      const [x, y] = [whole(SOURCE.width, width), whole(SOURCE.height, height)];
      const resized = resample(SOURCE.pixels, x, y, filter);
      t.same(Buffer.from(resized), Buffer.from(hex.join(''), 'hex'), size);
    }
  });
}

t.test('any raster, size, crop and flip equals the definition but for roundings', async (t) => {
  const side = fc.integer({ min: 1, max: 40 });
  const axis = fc
    .tuple(side, side, fc.nat(39), fc.nat(39), fc.boolean())
    .map(([from, to, first, count, flip]): Axis => {
      const offset = first % to;
      return { from, to, offset, count: 1 + (count % (to - offset)), flip };
    });
  for (const filter of ['bilinear', 'bicubic', 'lanczos'] as const) {
    fc.assert(
      fc.property(axis, axis, fc.integer(), (x, y, seed) => {
        const pixels = Uint8Array.from(
          { length: x.from * y.from * 3 },
          (_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 24,
        );
        // Fixed-point weights may tip a rounding over: by 1 on each axis.
        const rowsFirst = resample(pixels, x, y, filter);
        if (maxDifference(rowsFirst, expected(pixels, x, y, filter)) > 2) return false;
        const columnsFirst = transposed(resample(pixels, x, y, filter, 'y'), x.count);
        const turned = expected(transposed(pixels, x.from), y, x, filter);
        return maxDifference(columnsFirst, turned) <= 2;
      }),
      { numRuns: 400 },
    );
    t.pass(`400 resizes, ${filter}`);
  }
});

t.test('a flipped axis is the mirror image, also where two samples are equally near', async (t) => {
  for (const filter of FILTERS) {
    for (const [from, to] of [
      [8, 4],
      [9, 4],
      [4, 9],
      [6, 6],
    ] as const) {
      const pixels = Uint8Array.from({ length: from * 3 }, (_, i) => (i * 71) % 256);
      const mirrored = Uint8Array.from(pixels).reverse();
      const y = whole(1, 1);
      const plain = resample(mirrored, whole(from, to), y, filter).reverse();
      // Reversed bytes have their channels reversed as well, in both.
      const flipped = resample(pixels, { ...whole(from, to), flip: true }, y, filter);
      const upright = Uint8Array.from({ length: to * 3 }, (_, i) =>
        Number(flipped[(to - 1 - Math.floor(i / 3)) * 3 + (i % 3)]),
      );
      t.same(upright, plain, `${filter}, ${from} to ${to}`);
    }
  }
});

t.test('the same size changes nothing, and flat stays flat at any scale', async (t) => {
  const pixels = Uint8Array.from({ length: 16 * 9 * 3 }, (_, i) => i * 5);
  for (const filter of FILTERS) {
    t.same(resample(pixels, whole(16, 16), whole(9, 9), filter), pixels, filter);
  }
  for (const [from, to] of [
    [3, 100],
    [100, 3],
    [1, 50],
    [977, 13],
  ] as const) {
    const flat = new Uint8Array(from * from * 3).fill(255);
    for (const filter of FILTERS) {
      const out = resample(flat, whole(from, to), whole(from, to), filter);
      t.ok(
        out.every((value) => value === 255),
        `${filter}, ${from} to ${to}`,
      );
    }
  }
});

t.test('the weights of each sample sum to one, but for their roundings', async (t) => {
  for (const filter of FILTERS) {
    for (const from of [3, 7, 11, 1000, 60_000]) {
      const { weights, pairs } = filterTaps(whole(from, 7), filter);
      for (let i = 0; i < 7; i++) {
        let sum = 0;
        for (let at = i * pairs * 4; at < (i + 1) * pairs * 4; at += 4) {
          const [high0 = 0, high1 = 0, low0 = 0, low1 = 0] = weights.subarray(at, at + 4);
          sum += (high0 + high1) * 2 ** LOW_BITS + low0 + low1;
        }
        t.ok(Math.abs(sum / 2 ** WEIGHT_BITS - 1) * 255 < 0.5, `${filter}, ${from} to 7`);
      }
    }
  }
});

t.test('one resampler serves images of any size, one after another', async (t) => {
  const resampler = new Resampler();
  for (const side of [10, 4000, 30, 5]) {
    const raster = resampler.raster(side * side * 3);
    raster.fill(side % 256);
    const out = resampler.resample(whole(side, 8), whole(side, 8), {
      filter: 'bilinear',
      firstAxis: 'x',
    });
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
      for (const filter of FILTERS) {
        for (const firstAxis of ['x', 'y'] as const) {
          const options = { filter, firstAxis };
          const out = resampler.resample(whole(width, side), whole(height, side), options);
          t.ok(
            out.every((value) => value === 77),
            `${width}x${height} to ${side}, ${filter}, ${firstAxis} first`,
          );
        }
      }
    }
  }
});

t.test('lobes that leave the range of a byte are cut off', async (t) => {
  const edge = Uint8Array.from({ length: 8 * 3 }, (_, i) => (i < 12 ? 0 : 255));
  const out = resample(edge, whole(8, 32), whole(1, 1), 'lanczos');
  t.ok(out.includes(0) && out.includes(255));
  // Without the cut, what lies below 0 would come out bright.
  t.ok(out.subarray(0, 40).every((value) => value < 128));
  t.ok(out.subarray(56).every((value) => value > 128));
});
