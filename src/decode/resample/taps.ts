/** Weights are fixed-point numbers with 14 fractional bits, so that each fits into 16 bits. */
export const WEIGHT_BITS = 14;
const ONE = 1 << WEIGHT_BITS;

/** One axis of a resize: `from` source samples become `to`, of which `count` are kept, starting at `offset`. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  readonly count: number;
}

/** The source samples for each output sample, in pairs, in the layout that the kernel reads. */
export interface Taps {
  /** Index of the first source sample for output sample i. */
  readonly first: Uint32Array;
  /** Row i holds the 2 * pairs weights of output sample i, zero-filled; it sums to exactly one. */
  readonly weights: Int16Array;
  readonly pairs: number;
  /** Source samples in use: from `start` up to, but not including, `end`. */
  readonly start: number;
  readonly end: number;
}

/**
 * Weights of an antialiased bilinear (triangle) filter with half-pixel centres: the convention of Pillow's
 * BILINEAR and of torchvision's antialiased Resize.
 */
export function triangleTaps({ from, to, offset, count }: Axis): Taps {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const pairs = Math.floor(support) + 1;
  const first = new Uint32Array(count);
  const weights = new Int16Array(count * pairs * 2);
  const exact = new Float64Array(pairs * 2);
  let end = 0;
  for (let i = 0; i < count; i++) {
    const centre = (i + offset + 0.5) * scale;
    const begin = Math.max(0, Math.floor(centre - support + 0.5));
    const taps = Math.min(from, Math.floor(centre + support + 0.5)) - begin;
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const weight = Math.max(0, 1 - Math.abs(begin + k + 0.5 - centre) / support);
      exact[k] = weight;
      sum += weight;
    }
    quantise(exact, taps, sum, weights, i * pairs * 2);
    first[i] = begin;
    end = begin + taps;
  }
  return { first, weights, pairs, start: first[0] ?? 0, end };
}

/** Rounds the weights. The largest one absorbs the rounding error, so that flat areas stay flat. */
function quantise(
  exact: Float64Array,
  taps: number,
  sum: number,
  weights: Int16Array,
  at: number,
): void {
  let left = ONE;
  let heaviest = at;
  for (let k = 0; k < taps; k++) {
    const weight = Math.round((Number(exact[k]) / sum) * ONE);
    weights[at + k] = weight;
    left -= weight;
    if (weight > Number(weights[heaviest])) heaviest = at + k;
  }
  weights[heaviest] = Number(weights[heaviest]) + left;
}
