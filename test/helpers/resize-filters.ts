import type { Axis } from '../../src/decode/resample/taps.js';

/** The weight of a source sample at a distance from the centre, in source samples, where `scale` of them become one. */
export interface ResizeFilter {
  readonly weightOf: (distance: number, scale: number) => number;
  /** Samples farther away than this have no weight. */
  readonly radiusOf: (scale: number) => number;
}

const triangle = (x: number) => Math.max(0, 1 - Math.abs(x));

function cubic(x: number): number {
  const d = Math.abs(x);
  if (d >= 2) return 0;
  return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : -0.5 * (((d - 5) * d + 8) * d - 4);
}

/** The filter that models expect. */
export const RIGHT_FILTER: ResizeFilter = {
  weightOf: (distance, scale) => triangle(distance / scale),
  radiusOf: (scale) => scale,
};

/** Filters and mistakes that programs make instead. */
export const WRONG_FILTERS: Readonly<Record<string, ResizeFilter>> = {
  nearest: {
    weightOf: (distance) => (distance >= -0.5 && distance < 0.5 ? 1 : 0),
    radiusOf: () => 1,
  },
  'bilinear, not antialiased': { weightOf: triangle, radiusOf: () => 1 },
  box: {
    weightOf: (distance, scale) => (Math.abs(distance) <= scale / 2 ? 1 : 0),
    radiusOf: (scale) => scale,
  },
  bicubic: {
    weightOf: (distance, scale) => cubic(distance / scale),
    radiusOf: (scale) => 2 * scale,
  },
  'half a sample aside': {
    weightOf: (distance, scale) => triangle((distance - 0.5) / scale),
    radiusOf: (scale) => scale + 1,
  },
  'the support of the other axis': {
    weightOf: (distance, scale) => triangle(distance / (scale * 1.3)),
    radiusOf: (scale) => 1.3 * scale,
  },
};

/** Resizes an RGB raster with a filter, in the order of `Resampler.resample`. Slow and plain. */
export function resizeWith(filter: ResizeFilter, raster: Uint8Array, x: Axis, y: Axis): Uint8Array {
  const [columns, rows] = [tapsOf(filter, x), tapsOf(filter, y)];
  const pixels = new Uint8ClampedArray(x.count * y.count * 3);
  for (let at = 0; at < pixels.length; at++) {
    const pixel = Math.floor(at / 3);
    let sum = 0;
    for (const [row, rowWeight] of rows[Math.floor(pixel / x.count)] ?? []) {
      for (const [column, weight] of columns[pixel % x.count] ?? []) {
        sum += rowWeight * weight * Number(raster[(row * x.from + column) * 3 + (at % 3)]);
      }
    }
    pixels[at] = sum;
  }
  return new Uint8Array(pixels.buffer);
}

type Tap = readonly [sample: number, weight: number];

/** The samples of each output sample; their weights have the sum 1. */
function tapsOf({ weightOf, radiusOf }: ResizeFilter, axis: Axis): Tap[][] {
  const { from, to, offset, count, flip } = axis;
  const scale = Math.max(1, from / to);
  return Array.from({ length: count }, (_, i) => {
    const centre = ((i + offset + 0.5) * from) / to - 0.5;
    const taps: Tap[] = [];
    const last = Math.min(from - 1, Math.floor(centre + radiusOf(scale)));
    for (let k = Math.max(0, Math.ceil(centre - radiusOf(scale))); k <= last; k++) {
      taps.push([k, weightOf(k - centre, scale)]);
    }
    const sum = taps.reduce((total, [, weight]) => total + weight, 0);
    return taps.map(([sample, weight]) => [flip ? from - 1 - sample : sample, weight / sum]);
  });
}
