import { UndecodableImageError } from './image-errors.js';
import type { ImageHeader } from './image-header.js';

/** BITMAPFILEHEADER. */
const FILE_HEADER_BYTES = 14;
/** Where it says at which byte the pixels begin. */
const PIXELS_AT = 10;
/** Sizes of the two kinds of headers that follow it: BITMAPCOREHEADER, and BITMAPINFOHEADER or a longer one. */
const CORE_BYTES = 12;
const INFO_BYTES = 40;
const MAX_INFO_BYTES = 124;
const BIT_COUNTS = [1, 2, 4, 8, 16, 24, 32];
/** None, run lengths of 8 and of 4 bits, and bit fields without and with alpha. JPEG and PNG inside are not decoded. */
const COMPRESSIONS = [0, 1, 2, 3, 6];

/**
 * Reads the headers of a BMP.
 *
 * @throws {UndecodableImageError}
 */
export function readBmpHeader(bytes: Buffer): ImageHeader {
  if (bytes.length < FILE_HEADER_BYTES + CORE_BYTES) throw new UndecodableImageError('cut off');
  const headerBytes = bytes.readUInt32LE(FILE_HEADER_BYTES);
  if (FILE_HEADER_BYTES + headerBytes > bytes.length) throw new UndecodableImageError('cut off');
  const info = bytes.subarray(FILE_HEADER_BYTES, FILE_HEADER_BYTES + headerBytes);
  const { width, height, bitCount, compression } =
    headerBytes === CORE_BYTES ? readCore(info) : readInfo(info);
  // A negative height means that rows go from the top.
  if (width <= 0 || height === 0) throw new UndecodableImageError('no pixels');
  if (!BIT_COUNTS.includes(bitCount) || !COMPRESSIONS.includes(compression)) {
    throw new UndecodableImageError(`${bitCount} bits, compression ${compression}`);
  }
  // Decoders differ in where they look for the pixels of such a file.
  if (bytes.readUInt32LE(PIXELS_AT) < FILE_HEADER_BYTES + headerBytes) {
    throw new UndecodableImageError('pixels inside the header');
  }
  const size = { width, height: Math.abs(height) };
  return { format: 'bmp', ...size, orientation: 1, colour: 'rgb', bitDepth: 8, scans: 1 };
}

function readCore(info: Buffer) {
  const [width, height] = [info.readUInt16LE(4), info.readUInt16LE(6)];
  return { width, height, bitCount: info.readUInt16LE(10), compression: 0 };
}

function readInfo(info: Buffer) {
  if (info.length < INFO_BYTES || info.length > MAX_INFO_BYTES) {
    throw new UndecodableImageError(`a header of ${info.length} bytes`);
  }
  const [width, height] = [info.readInt32LE(4), info.readInt32LE(8)];
  return { width, height, bitCount: info.readUInt16LE(14), compression: info.readUInt32LE(16) };
}
