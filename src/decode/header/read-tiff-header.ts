import { UndecodableImageError } from './image-errors.js';
import type { ImageHeader, Orientation } from './image-header.js';

const TAG = {
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  orientation: 274,
  samplesPerPixel: 277,
  stripBytes: 279,
  tileWidth: 322,
  tileHeight: 323,
  tileBytes: 325,
} as const;

const TAGS = new Set<number>(Object.values(TAG));
/** Far more than any encoder writes. */
const MAX_ENTRIES = 10_000;
/** Bytes of a value, by its type: BYTE, SHORT and LONG. */
const VALUE_BYTES: Readonly<Record<number, 1 | 2 | 4>> = { 1: 1, 3: 2, 4: 4 };
const ENTRY_BYTES = 12;
/** None, CCITT, LZW, Deflate, PackBits. A JPEG inside has a size of its own, and is not decoded. */
const COMPRESSIONS = [1, 2, 3, 4, 5, 8, 32773, 32946];
/** Grey, white or black first; RGB; CMYK. */
const COLOURS: Readonly<Record<number, ImageHeader['colour']>> = {
  0: 'grey',
  1: 'grey',
  2: 'rgb',
  5: 'cmyk',
};
const BITS = [1, 2, 4, 8, 16];
const MAX_SAMPLES = 4;
/** Of all tags together: a strip for each row that an image may have, and some more. */
const MAX_VALUES = 70_000;
/** Encoders write tiles of 256x256 also for small images. */
const MAX_TILE_PIXELS = 1024 * 1024;

/**
 * Reads the first directory of a TIFF, which is that of its first page. Refuses what could cost more than its pixels:
 * tiles that are larger than the image, and strips that share their bytes.
 *
 * @throws {UndecodableImageError}
 */
export function readTiffHeader(bytes: Buffer): ImageHeader {
  const values = readDirectory(bytes);
  const [width, height] = [one(values, TAG.width), one(values, TAG.height)];
  const bits = values.get(TAG.bitsPerSample) ?? [1];
  const samples = one(values, TAG.samplesPerPixel, 1);
  const colour = COLOURS[one(values, TAG.photometric, 1)];
  const bitDepth = Number(bits[0]);
  if (!colour || samples < 1 || samples > MAX_SAMPLES) fail('unsupported colours');
  if (!BITS.includes(bitDepth) || bits.some((other) => other !== bitDepth)) fail('odd samples');
  if (!COMPRESSIONS.includes(one(values, TAG.compression, 1))) fail('unsupported compression');
  const tilePixels = one(values, TAG.tileWidth, 0) * one(values, TAG.tileHeight, 0);
  if (tilePixels > Math.max(width * height, MAX_TILE_PIXELS)) fail('tiles beyond the image');
  const pieces = [...(values.get(TAG.stripBytes) ?? []), ...(values.get(TAG.tileBytes) ?? [])];
  if (pieces.reduce((sum, length) => sum + length, 0) > bytes.length) fail('pieces that overlap');
  const turned = one(values, TAG.orientation, 1);
  const orientation = turned >= 1 && turned <= 8 ? (turned as Orientation) : 1;
  return { format: 'tiff', width, height, orientation, colour, bitDepth, scans: 1 };
}

/** The numbers of each tag. */
function readDirectory(bytes: Buffer): Map<number, number[]> {
  const isLittle = bytes[0] === 0x49;
  const read = (at: number, size: 1 | 2 | 4) => {
    if (at + size > bytes.length) return fail('cut off');
    return isLittle ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
  };
  const directory = read(4, 4);
  const entries = read(directory, 2);
  if (entries > MAX_ENTRIES) fail('too many tags');
  const values = new Map<number, number[]>();
  let total = 0;
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * ENTRY_BYTES;
    const size = VALUE_BYTES[read(at + 2, 2)];
    const count = read(at + 4, 4);
    const tag = read(at, 2);
    if (!size || !TAGS.has(tag)) continue;
    if (values.has(tag)) fail('a tag that stands twice');
    total += count;
    if (total > MAX_VALUES) fail('too many values');
    const start = count * size <= 4 ? at + 8 : read(at + 8, 4);
    values.set(
      tag,
      Array.from({ length: count }, (_, j) => read(start + j * size, size)),
    );
  }
  return values;
}

function one(values: ReadonlyMap<number, number[]>, tag: number, otherwise?: number): number {
  return values.get(tag)?.[0] ?? otherwise ?? fail(`no tag ${tag}`);
}

function fail(why: string): never {
  throw new UndecodableImageError(why);
}
