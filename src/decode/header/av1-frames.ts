import { UndecodableImageError } from './image-errors.js';

/** Types of open bitstream units (AV1 specification, 6.2.2). */
const SEQUENCE_HEADER = 1;
const FRAME_HEADER = 3;
const FRAME = 6;
/** Far more than any encoder writes for an image. */
const MAX_UNITS = 1000;

/** What the AV1 data of an image can make a decoder do. */
export interface Av1Frames {
  /** The largest frame, in pixels, that its headers allow. */
  readonly maxPixels: number;
  readonly count: number;
}

/**
 * Walks the units of an image's AV1 data.
 *
 * @throws {UndecodableImageError}
 */
export function readAv1Frames(data: Buffer): Av1Frames {
  let maxPixels = 0;
  let count = 0;
  let units = 0;
  for (let at = 0; at < data.length; ) {
    if (++units > MAX_UNITS) throw new UndecodableImageError('too many units');
    const header = Number(data[at]);
    const type = (header >> 3) & 15;
    at += 1 + ((header >> 2) & 1);
    let end = data.length;
    if ((header & 2) !== 0) {
      const size = readLeb128(data, at);
      at = size.next;
      end = at + size.value;
      if (end > data.length) throw new UndecodableImageError('a unit that is cut off');
    }
    if (type === SEQUENCE_HEADER) {
      maxPixels = Math.max(maxPixels, maxFramePixels(data.subarray(at, end)));
    } else if (type === FRAME || type === FRAME_HEADER) count++;
    at = end;
  }
  if (maxPixels === 0) throw new UndecodableImageError('no sequence header');
  return { maxPixels, count };
}

function readLeb128(data: Buffer, from: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = Number(data[from + i] ?? 0);
    value += (byte & 0x7f) * 2 ** (7 * i);
    if ((byte & 0x80) === 0) return { value, next: from + i + 1 };
  }
  throw new UndecodableImageError('a size without end');
}

/**
 * AV1 specification, 5.5.1: fields up to the size of the largest frame. Where a frame may have a size of its own, that is
 * bounded by its number of bits alone.
 */
function maxFramePixels(data: Buffer): number {
  const bits = new BitReader(data);
  // Profile, and whether it is a still picture.
  bits.read(4);
  const isReduced = bits.read(1) === 1;
  if (isReduced) bits.read(5);
  else skipTimingAndPoints(bits);
  const widthBits = bits.read(4) + 1;
  const heightBits = bits.read(4) + 1;
  const width = bits.read(widthBits) + 1;
  const height = bits.read(heightBits) + 1;
  return isReduced ? width * height : 2 ** (widthBits + heightBits);
}

function skipTimingAndPoints(bits: BitReader): void {
  let delayBits = 0;
  if (bits.read(1) === 1) {
    bits.read(32);
    bits.read(32);
    if (bits.read(1) === 1) skipUvlc(bits);
    if (bits.read(1) === 1) {
      delayBits = bits.read(5) + 1;
      bits.read(32);
      bits.read(10);
    }
  }
  const hasDisplayDelay = bits.read(1) === 1;
  const points = bits.read(5) + 1;
  for (let i = 0; i < points; i++) {
    bits.read(12);
    if (bits.read(5) > 7) bits.read(1);
    if (delayBits > 0 && bits.read(1) === 1) {
      bits.read(delayBits);
      bits.read(delayBits);
      bits.read(1);
    }
    if (hasDisplayDelay && bits.read(1) === 1) bits.read(4);
  }
}

/** A number that begins with as many zeros as it has bits. */
function skipUvlc(bits: BitReader): void {
  let zeros = 0;
  while (bits.read(1) === 0 && zeros < 32) zeros++;
  if (zeros < 32) bits.read(zeros);
}

/** Reads numbers from the highest bit on. */
class BitReader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  read(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++, this.#at++) {
      const byte = this.#data[this.#at >> 3];
      if (byte === undefined) throw new UndecodableImageError('a sequence header that is cut off');
      value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1);
    }
    return value;
  }
}
