import jpeg from 'jpeg-js';
import { exifPayload } from './make-exif.js';

// JPEGs built marker by marker. They have the structure of an image but no image data, so they work for
// a header walk but not for a decoder. `solidJpeg` makes one that can be decoded.

export const SOI = Buffer.of(0xff, 0xd8);
export const EOI = Buffer.of(0xff, 0xd9);
const DQT = Buffer.of(0xff, 0xdb);

/** A marker with a length and a payload; `length` overrides the correct length. */
export function segment(code: number, payload: Uint8Array, length = payload.length + 2): Buffer {
  const head = Buffer.of(0xff, code, 0, 0);
  head.writeUInt16BE(length, 2);
  return Buffer.concat([head, payload]);
}

/** A table of zeros; only its length is correct. */
export function quantTable(): Buffer {
  return segment(0xdb, Buffer.alloc(65));
}

/** One code of one bit. */
export function huffmanTable(): Buffer {
  return segment(0xc4, Buffer.concat([Buffer.of(0, 1), Buffer.alloc(16)]));
}

export function restartInterval(mcus: number): Buffer {
  return segment(0xdd, Buffer.of(mcus >> 8, mcus & 0xff));
}

export function comment(payload: Uint8Array): Buffer {
  return segment(0xfe, payload);
}

export function exifSegment(tiff: Buffer): Buffer {
  return segment(0xe1, exifPayload(tiff));
}

export interface FrameOptions {
  /** The second byte of the SOF marker. */
  readonly code?: number;
  readonly precision?: number;
  readonly width?: number;
  readonly height?: number;
  readonly components?: number;
}

export function frame(options: FrameOptions = {}): Buffer {
  const { code = 0xc0, precision = 8, width = 32, height = 16, components = 3 } = options;
  const payload = Buffer.alloc(6 + 3 * components);
  payload.writeUInt8(precision, 0);
  payload.writeUInt16BE(height, 1);
  payload.writeUInt16BE(width, 3);
  payload.writeUInt8(components, 5);
  for (let i = 0; i < components; i++) payload.set([i + 1, 0x11, 0], 6 + 3 * i);
  return segment(code, payload);
}

/** Entropy-coded bytes with everything that may appear in them: a stuffed FF 00 and restart markers. */
export const ENTROPY = Buffer.of(0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff, 0xd7, 0x78);

/** A start of scan and its data. */
export function scan(entropy: Uint8Array = ENTROPY): Buffer {
  return Buffer.concat([segment(0xda, Buffer.of(1, 1, 0, 0, 63, 0)), entropy]);
}

/** SOI, the parts, EOI. */
export function makeJpeg(...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat([SOI, ...parts, EOI]);
}

export type Colour = readonly [red: number, green: number, blue: number];

/** A baseline JPEG of one colour, which decodes to that colour within about 2. */
export function solidJpeg(width: number, height: number, colour: Colour, quality = 90): Buffer {
  const data = Buffer.alloc(width * height * 4, Uint8Array.of(...colour, 255));
  return Buffer.from(jpeg.encode({ data, width, height }, quality).data);
}

/** The same JPEG without its quantisation tables: it passes the header walk, but no decoder can decode it. */
export function withoutQuantTables(bytes: Buffer): Buffer {
  let rest = bytes;
  for (let at = rest.indexOf(DQT); at !== -1; at = rest.indexOf(DQT)) {
    const end = at + 2 + rest.readUInt16BE(at + 2);
    rest = Buffer.concat([rest.subarray(0, at), rest.subarray(end)]);
  }
  return rest;
}
