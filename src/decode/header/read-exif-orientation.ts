import type { Orientation } from './image-header.js';

const ORIENTATION_TAG = 0x0112;
const SHORT = 3;
const LONG = 4;
const ENTRY_BYTES = 12;
/** "Exif", 0, 0 precedes the TIFF structure in a JPEG's APP1. */
const PREAMBLE = Buffer.from('Exif\0\0', 'latin1');

/**
 * The orientation in an APP1 segment's payload; undefined if the payload is not EXIF or has no legal orientation,
 * because broken metadata is no reason to refuse an image. Sources: Exif 2.32, 4.6.4; TIFF 6.0.
 */
export function readExifOrientation(payload: Buffer): Orientation | undefined {
  if (!payload.subarray(0, PREAMBLE.length).equals(PREAMBLE)) return undefined;
  return readTiffOrientation(payload.subarray(PREAMBLE.length));
}

/** The same for a bare TIFF structure, as in a PNG's eXIf chunk. */
export function readTiffOrientation(tiff: Buffer): Orientation | undefined {
  if (tiff.length < 8) return undefined;
  const order = tiff.toString('latin1', 0, 2);
  if (order !== 'II' && order !== 'MM') return undefined;
  const uint16 = (at: number) => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const uint32 = (at: number) => (order === 'II' ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  const directory = uint32(4);
  if (directory + 2 > tiff.length) return undefined;
  const entries = uint16(directory);
  for (let i = 0, at = directory + 2; i < entries; i++, at += ENTRY_BYTES) {
    if (at + ENTRY_BYTES > tiff.length) return undefined;
    if (uint16(at) !== ORIENTATION_TAG) continue;
    const type = uint16(at + 2);
    if (type !== SHORT && type !== LONG) continue;
    const value = type === SHORT ? uint16(at + 8) : uint32(at + 8);
    return value >= 1 && value <= 8 ? (value as Orientation) : undefined;
  }
  return undefined;
}
