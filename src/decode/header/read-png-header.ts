import { UndecodableImageError } from './image-errors.js';
import type { ImageHeader, Orientation } from './image-header.js';
import { readTiffOrientation } from './read-exif-orientation.js';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const GREY = 0;
const GREY_ALPHA = 4;
/** Far more than any encoder writes before the image data. */
const MAX_CHUNKS = 10_000;
/** Bit depths that each colour type allows (PNG specification, table 11.1). */
const BIT_DEPTHS: Record<number, readonly number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

export function isPng(bytes: Buffer): boolean {
  return bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE);
}

/**
 * Reads IHDR and the chunks before the first IDAT. An interlaced image costs no more here than a plain one.
 *
 * @throws {UndecodableImageError} if IHDR is not legal or the chunks end before IDAT
 */
export function readPngHeader(bytes: Buffer): ImageHeader {
  let at = SIGNATURE.length;
  let header: Omit<ImageHeader, 'orientation'> | undefined;
  let orientation: Orientation | undefined;
  for (let chunks = 0; at + 8 <= bytes.length && chunks < MAX_CHUNKS; chunks++) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (header === undefined) header = readIhdr(type, data);
    else if (type === 'eXIf') orientation = readTiffOrientation(data);
    else if (type === 'IDAT') return { ...header, orientation: orientation ?? 1 };
    at += 12 + length;
  }
  throw new UndecodableImageError('no IDAT');
}

function readIhdr(type: string, data: Buffer): Omit<ImageHeader, 'orientation'> {
  if (type !== 'IHDR' || data.length !== 13) throw new UndecodableImageError('no IHDR');
  const bitDepth = data.readUInt8(8);
  const colourType = data.readUInt8(9);
  const methodsAreLegal = data.readUInt16BE(10) === 0 && data.readUInt8(12) <= 1;
  if (!BIT_DEPTHS[colourType]?.includes(bitDepth) || !methodsAreLegal) {
    throw new UndecodableImageError('illegal IHDR');
  }
  const isGrey = colourType === GREY || colourType === GREY_ALPHA;
  return {
    format: 'png',
    width: data.readUInt32BE(0),
    height: data.readUInt32BE(4),
    colour: isGrey ? 'grey' : 'rgb',
    bitDepth,
    scans: 1,
  };
}
