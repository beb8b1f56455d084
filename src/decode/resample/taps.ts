import { CONVOLUTIONS, type Convolution, type Filter } from './filters.js';

/** A weight fits in 16 bits. */
const MAX_WEIGHT = 32767;
/** So that a sum of bytes times weights fits in 32 bits, also where lobes are negative. */
const MAX_WEIGHT_BITS = 21;

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
  /** Row i holds the 2 * pairs weights of output sample i, zero-filled; it sums to exactly one. */
  readonly weights: Int16Array;
  readonly pairs: number;
  /** Weights are fixed-point with so many bits below the point. */
  readonly weightBits: number;
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
  const weightBits = bitsFor(exact.weights);
  const weights = quantise(exact, weightBits);
  let start = axis.from;
  let end = 0;
  for (let i = 0; i < axis.count; i++) {
    start = Math.min(start, Number(first[i]));
    end = Math.max(end, Number(first[i]) + Number(lengths[i]));
  }
  return { first, weights, pairs, weightBits, start, end };
}

function convolution(
  { from, to, offset, count }: Axis,
  { support, weight }: Convolution,
): ExactTaps {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
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
      const value = weight((k + 0.5 - centre) / stretch);
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

/** As many as the largest weight leaves room for. */
function bitsFor(weights: Float64Array): number {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
  return Math.min(MAX_WEIGHT_BITS, Math.floor(Math.log2(MAX_WEIGHT / largest)));
}

/** Rounds the weights; the heaviest of each sample takes what rounding left over, so that flat areas stay flat. */
function quantise({ first, weights, pairs }: ExactTaps, weightBits: number): Int16Array {
  const one = 1 << weightBits;
  const rounded = new Int16Array(weights.length);
  for (let i = 0; i < first.length; i++) {
    const at = i * pairs * 2;
    let left = one;
    let heaviest = at;
    for (let k = at; k < at + pairs * 2; k++) {
      const weight = Math.round(Number(weights[k]) * one);
      rounded[k] = weight;
      left -= weight;
      if (weight > Number(rounded[heaviest])) heaviest = k;
    }
    rounded[heaviest] = Number(rounded[heaviest]) + left;
  }
  return rounded;
}
