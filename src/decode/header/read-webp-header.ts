import { UndecodableImageError } from './image-errors.js';
import type { ImageHeader, Orientation, Size } from './image-header.js';
import { readExifOrientation, readTiffOrientation } from './read-exif-orientation.js';

const FIRST_CHUNK_AT = 12;
const CHUNK_HEADER_BYTES = 8;
/** X, Y, width, height, duration and flags of an animation's frame, before the chunks of its picture. */
const FRAME_HEADER_BYTES = 16;
/** Those in frames of an animation included, far more than any encoder writes. */
const MAX_CHUNKS = 20_000;
/** The start code of a lossy picture, and the signature of a lossless one. */
const VP8_START = Buffer.of(0x9d, 0x01, 0x2a);
const VP8L_SIGNATURE = 0x2f;

/** Types of chunks, which are four letters. */
const CHUNK = {
  canvas: 0x56503858,
  lossy: 0x56503820,
  lossless: 0x5650384c,
  frame: 0x414e4d46,
  exif: 0x45584946,
} as const;

interface Chunk {
  readonly type: number;
  readonly data: Buffer;
}

/** How many chunks have been read. */
interface Count {
  chunks: number;
}

/**
 * Reads the sizes of the canvas and of every picture in a WebP: a picture that has another size than its canvas, or of
 * an animation than its frame, is refused, so that none is larger than it says. Of an animation the first frame is
 * decoded.
 *
 * @throws {UndecodableImageError}
 */
export function readWebpHeader(bytes: Buffer): ImageHeader {
  let canvas: Size | undefined;
  let orientation: Orientation | undefined;
  let isExifRead = false;
  let hasPicture = false;
  const count = { chunks: 0 };
  for (const { type, data } of chunksOf(bytes, FIRST_CHUNK_AT, count)) {
    if (type === CHUNK.canvas && !canvas) canvas = readCanvas(data);
    else if (type === CHUNK.lossy || type === CHUNK.lossless) {
      const size = type === CHUNK.lossy ? readLossy(data) : readLossless(data);
      canvas ??= size;
      checkSame(size, canvas);
      hasPicture = true;
    } else if (type === CHUNK.frame && canvas) {
      checkFrame(data, canvas, count);
      hasPicture = true;
    } else if (type === CHUNK.exif && !isExifRead) {
      isExifRead = true;
      orientation = readExifOrientation(data) ?? readTiffOrientation(data);
    }
  }
  if (!canvas || !hasPicture) throw new UndecodableImageError('no picture');
  const rest = { colour: 'rgb', bitDepth: 8, scans: 1 } as const;
  return { format: 'webp', ...canvas, orientation: orientation ?? 1, ...rest };
}

function* chunksOf(bytes: Buffer, from: number, count: Count): Generator<Chunk> {
  for (let at = from; at + CHUNK_HEADER_BYTES <= bytes.length; ) {
    if (++count.chunks > MAX_CHUNKS) throw new UndecodableImageError('too many chunks');
    const length = bytes.readUInt32LE(at + 4);
    const start = at + CHUNK_HEADER_BYTES;
    yield {
      type: bytes.readUInt32BE(at),
      data: bytes.subarray(start, start + length),
    };
    // An odd length is followed by a byte that fills it up.
    at = start + length + (length % 2);
  }
}

function readCanvas(data: Buffer): Size {
  if (data.length < 10) throw new UndecodableImageError('cut off');
  return { width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1 };
}

/** RFC 6386, 9.1: three bytes of flags, a start code, and 14 bits of each side. */
function readLossy(data: Buffer): Size {
  if (data.length < 10 || !data.subarray(3, 6).equals(VP8_START)) {
    throw new UndecodableImageError('no lossy picture');
  }
  return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff };
}

/** RFC 9649, 3.4: a signature, and 14 bits of each side less one. */
function readLossless(data: Buffer): Size {
  if (data.length < 5 || data[0] !== VP8L_SIGNATURE) {
    throw new UndecodableImageError('no lossless picture');
  }
  const bits = data.readUInt32LE(1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
}

function checkFrame(data: Buffer, canvas: Size, count: Count): void {
  if (data.length < FRAME_HEADER_BYTES) throw new UndecodableImageError('cut off');
  const [left, top] = [data.readUIntLE(0, 3) * 2, data.readUIntLE(3, 3) * 2];
  const frame = { width: data.readUIntLE(6, 3) + 1, height: data.readUIntLE(9, 3) + 1 };
  if (left + frame.width > canvas.width || top + frame.height > canvas.height) {
    throw new UndecodableImageError('a frame outside of the canvas');
  }
  for (const { type, data: picture } of chunksOf(data, FRAME_HEADER_BYTES, count)) {
    if (type === CHUNK.lossy) checkSame(readLossy(picture), frame);
    else if (type === CHUNK.lossless) checkSame(readLossless(picture), frame);
  }
}

function checkSame(size: Size, expected: Size): void {
  if (size.width !== expected.width || size.height !== expected.height) {
    throw new UndecodableImageError('pictures of several sizes');
  }
}
