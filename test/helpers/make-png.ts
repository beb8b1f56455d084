import { crc32, deflateSync } from 'node:zlib';

export const PNG_SIGNATURE = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A chunk with its length and CRC. */
export function chunk(type: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(data.length, 0);
  body.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}

export interface IhdrOptions {
  readonly width?: number;
  readonly height?: number;
  readonly bitDepth?: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha. */
  readonly colourType?: number;
  readonly compression?: number;
  readonly filter?: number;
  readonly interlace?: number;
}

export function ihdr(options: IhdrOptions = {}): Buffer {
  const { width = 32, height = 16, bitDepth = 8, colourType = 2 } = options;
  const { compression = 0, filter = 0, interlace = 0 } = options;
  const data = Buffer.of(
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    bitDepth,
    colourType,
    compression,
    filter,
    interlace,
  );
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  return chunk('IHDR', data);
}

/** The signature and the chunks. */
export function pngOf(...chunks: readonly Buffer[]): Buffer {
  return Buffer.concat([PNG_SIGNATURE, ...chunks]);
}

export interface PngOptions extends IhdrOptions {
  /** A TIFF structure, see makeTiff. */
  readonly exif?: Buffer;
  /** Rows in the format's encoding, each after its filter byte; a header walk does not need them. */
  readonly rows?: Uint8Array;
}

/** IHDR, eXIf if there is one, one IDAT, IEND. */
export function makePng({ exif, rows = Buffer.alloc(0), ...options }: PngOptions = {}): Buffer {
  return pngOf(
    ihdr(options),
    ...(exif ? [chunk('eXIf', exif)] : []),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND'),
  );
}

const COLOUR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;

export interface SolidPngOptions {
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
  readonly channels?: 1 | 2 | 3 | 4;
  /** 8 or 16; for grey without alpha 1, 2 and 4 as well. */
  readonly bitDepth?: 1 | 2 | 4 | 8 | 16;
  readonly exif?: Buffer;
}

/**
 * A PNG of one colour that can be decoded. `samples` has one value from 0 to 255 for each channel,
 * whatever the bit depth.
 */
export function solidPng(
  width: number,
  height: number,
  samples: readonly number[],
  { channels = 3, bitDepth = 8, exif }: SolidPngOptions = {},
): Buffer {
  const max = 2 ** bitDepth - 1;
  const row = [0];
  let bits = 0;
  let held = 0;
  for (let i = 0; i < width * channels; i++) {
    held = held * 2 ** bitDepth + Math.round((Number(samples[i % channels]) / 255) * max);
    bits += bitDepth;
    for (; bits >= 8; bits -= 8) row.push(Math.floor(held / 2 ** (bits - 8)) % 256);
    held %= 2 ** bits;
  }
  if (bits > 0) row.push(held * 2 ** (8 - bits));
  const rows = Buffer.alloc(row.length * height, Uint8Array.from(row));
  const colourType = COLOUR_TYPES[channels];
  return makePng({ width, height, bitDepth, colourType, rows, ...(exif ? { exif } : {}) });
}
