import { FileParts } from './file-parts.js';
import { UndecodableImageError } from './image-errors.js';
import type { ImageHeader, Orientation } from './image-header.js';
import { readTiffOrientation } from './read-exif-orientation.js';

const SIGNATURE_BYTES = 8;
const GREY = 0;
const GREY_ALPHA = 4;
/** Types of chunks, which are four letters. */
const CHUNK = {
  IHDR: 0x49484452,
  IDAT: 0x49444154,
  IEND: 0x49454e44,
  tRNS: 0x74524e53,
  eXIf: 0x65584966,
} as const;
/** A whole IEND chunk. */
const IEND = Buffer.from('0000000049454e44ae426082', 'hex');
/** Far more than any encoder writes. */
const MAX_CHUNKS = 50_000;
/** Bit depths that each colour type allows (PNG specification, table 11.1). */
const BIT_DEPTHS: Record<number, readonly number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/**
 * Reads all chunks. Decoders get those alone that a picture needs, and so no profile or text that inflates to gigabytes.
 * A file that ends after its IDATs gets an IEND, as viewers show it. An interlaced image costs no more here than a
 * plain one.
 *
 * @throws {UndecodableImageError} if IHDR is not legal or there is no IDAT
 */
export function readPngHeader(bytes: Buffer): ImageHeader {
  const parts = new FileParts();
  let header: Omit<ImageHeader, 'orientation'> | undefined;
  let orientation: Orientation | undefined;
  let hasIdat = false;
  let at = SIGNATURE_BYTES;
  let type = 0;
  let isExifRead = false;
  for (let chunks = 0; at + 8 <= bytes.length && type !== CHUNK.IEND; chunks++) {
    if (chunks === MAX_CHUNKS) throw new UndecodableImageError('too many chunks');
    const end = at + 12 + bytes.readUInt32BE(at);
    type = bytes.readUInt32BE(at + 4);
    if (header === undefined) header = readIhdr(type, bytes.subarray(at + 8, end - 4));
    else if (type === CHUNK.IDAT) hasIdat = true;
    else if (type === CHUNK.IEND) parts.replace(at, end);
    else if (isAncillary(type) && type !== CHUNK.tRNS) parts.replace(at, end);
    if (type === CHUNK.eXIf && !hasIdat && !isExifRead) {
      isExifRead = true;
      orientation = readTiffOrientation(bytes.subarray(at + 8, end - 4));
    }
    at = end;
  }
  if (!header || !hasIdat) throw new UndecodableImageError('no IDAT');
  const kept = parts.finish(Math.min(at, bytes.length), IEND);
  return { ...header, orientation: orientation ?? 1, ...(kept ? { parts: kept } : {}) };
}

/** A lower-case first letter: a decoder may pass over such a chunk. */
function isAncillary(type: number): boolean {
  return (type & 0x2000_0000) !== 0;
}

function readIhdr(type: number, data: Buffer): Omit<ImageHeader, 'orientation'> {
  if (type !== CHUNK.IHDR || data.length !== 13) throw new UndecodableImageError('no IHDR');
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
