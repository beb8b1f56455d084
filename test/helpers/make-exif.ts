/** Byte order marks of TIFF: little and big endian. */
export type ByteOrder = 'II' | 'MM';

/** How a test breaks a directory of two entries, the second of which is the orientation. */
export interface TiffOptions {
  readonly order?: ByteOrder;
  /** The position of the directory according to the header; its real position is always 8. */
  readonly directory?: number;
  /** The number of entries according to the directory; it always has 2. */
  readonly entries?: number;
  readonly tag?: number;
  /** 3 is SHORT, which is the default; 4 is LONG. */
  readonly type?: number;
}

/** A TIFF structure with an orientation, as in a PNG's eXIf chunk. */
export function makeTiff(orientation: number, options: TiffOptions = {}): Buffer {
  const { order = 'MM', directory = 8, entries = 2, tag = 0x0112, type = 3 } = options;
  const bytes = Buffer.alloc(8 + 2 + 2 * 12 + 4);
  const uint16 = (value: number, at: number) =>
    order === 'II' ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const uint32 = (value: number, at: number) =>
    order === 'II' ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  bytes.write(order, 0, 'latin1');
  uint16(42, 2);
  uint32(directory, 4);
  uint16(entries, 8);
  // ImageWidth, so that the reader must skip another entry first.
  uint16(0x0100, 10);
  uint16(3, 12);
  uint32(1, 14);
  uint16(6, 18);
  uint16(tag, 22);
  uint16(type, 24);
  uint32(1, 26);
  if (type === 4) uint32(orientation, 30);
  else uint16(orientation, 30);
  return bytes;
}

/** The payload of a JPEG's APP1 around a TIFF structure. */
export function exifPayload(tiff: Buffer): Buffer {
  return Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
}
