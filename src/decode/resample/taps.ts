import { CONVOLUTIONS, type Convolution, type Filter } from './filters.js';

/** Weights are fixed-point with so many bits below the point, as in Pillow, and so have its roundings. */
export const WEIGHT_BITS = 22;
/** Of these, so many are kept apart, since the kernel multiplies by 16 bits. */
export const LOW_BITS = 8;
const ONE = 2 ** WEIGHT_BITS;
const HALF_LOW = 2 ** (LOW_BITS - 1);

/** One axis of a resize: `from` source samples become `to`, of which `count` from `offset` are wanted. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  readonly count: number;
  /** Whether the source runs backwards. */
  readonly flip: boolean;
}

/** The source samples behind each wanted output sample, in pairs, as the kernel reads them. */
export interface Taps {
  /** Index of the first source sample behind output sample i. */
  readonly first: Uint32Array;
  /**
   * Row i holds the weights of output sample i, zero-filled: of each pair the two high parts, then the two low parts. A
   * weight is high * 2 ** LOW_BITS + low.
   */
  readonly weights: Int16Array;
  readonly pairs: number;
  /** Source samples in use: from `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
}

/** Weights in floating point, and the first and the number of the samples behind each output sample. */
interface ExactTaps {
  readonly first: Uint32Array;
  readonly lengths: Uint32Array;
  readonly weights: Float64Array;
  readonly pairs: number;
}

/**
 * Weights of a resize as Pillow makes it: half-pixel centres, and antialiased, which means that the filter is as wide as
 * the image is shrunk. "nearest" takes the sample at the centre.
 */
export function filterTaps(axis: Axis, filter: Filter): Taps {
  const exact = filter === 'nearest' ? nearest(axis) : convolution(axis, CONVOLUTIONS[filter]);
  const { first, lengths, pairs } = exact;
  if (axis.flip) flip(exact, axis.from);
  const weights = quantise(exact.weights);
  let start = axis.from;
  let end = 0;
  for (let i = 0; i < axis.count; i++) {
    start = Math.min(start, Number(first[i]));
    end = Math.max(end, Number(first[i]) + Number(lengths[i]));
  }
  return { first, weights, pairs, start, end };
}

function convolution(
  { from, to, offset, count }: Axis,
  { support, weight }: Convolution,
): ExactTaps {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const shrink = 1 / stretch;
  const reach = support * stretch;
  const pairs = Math.ceil(reach);
  const first = new Uint32Array(count);
  const lengths = new Uint32Array(count);
  const weights = new Float64Array(count * pairs * 2);
  for (let i = 0; i < count; i++) {
    const centre = (i + offset + 0.5) * scale;
    const begin = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5), begin + pairs * 2);
    const at = i * pairs * 2;
    let sum = 0;
    for (let k = begin; k < end; k++) {
      const value = weight((k - centre + 0.5) * shrink);
      weights[at + k - begin] = value;
      sum += value;
    }
    for (let k = at; k < at + end - begin; k++) weights[k] = Number(weights[k]) / sum;
    first[i] = begin;
    lengths[i] = end - begin;
  }
  return { first, lengths, weights, pairs };
}

/** Steps from centre to centre, as Pillow does: where a centre falls between two samples, roundings decide. */
function nearest({ from, to, offset, count }: Axis): ExactTaps {
  const scale = from / to;
  const first = new Uint32Array(count);
  const weights = new Float64Array(count * 2);
  let centre = scale / 2;
  for (let i = 0; i < offset; i++) centre += scale;
  for (let i = 0; i < count; i++, centre += scale) {
    first[i] = Math.min(from - 1, Math.floor(centre));
    weights[i * 2] = 1;
  }
  return { first, lengths: new Uint32Array(count).fill(1), weights, pairs: 1 };
}

/** Mirrors the source. */
function flip({ first, lengths, weights, pairs }: ExactTaps, from: number): void {
  for (let i = 0; i < first.length; i++) {
    const length = Number(lengths[i]);
    first[i] = from - Number(first[i]) - length;
    weights.subarray(i * pairs * 2, i * pairs * 2 + length).reverse();
  }
}

/** Rounds weights, halves away from zero, and splits them. */
function quantise(exact: Float64Array): Int16Array {
  const parts = new Int16Array(exact.length * 2);
  for (let i = 0; i < exact.length; i++) {
    const scaled = Number(exact[i]) * ONE;
    // Truncated to 32 bits.
    const weight = (scaled < 0 ? scaled - 0.5 : scaled + 0.5) | 0;
    const high = (weight + HALF_LOW) >> LOW_BITS;
    // Pair i >> 1 begins at four times its number.
    const at = (i >> 1) * 4 + (i & 1);
    parts[at] = high;
    parts[at + 2] = weight - (high << LOW_BITS);
  }
  return parts;
}
