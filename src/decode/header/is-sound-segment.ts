import { JpegMarker } from './jpeg-marker.js';

/** Four destinations each for DC and AC tables. */
const MAX_TABLES = 8;
const HUFFMAN_COUNTS = 16;
const COEFFICIENTS = 64;

/**
 * Whether every decoder finds the end of this segment where its length says. Some decoders use the length and others
 * the contents; if the two differ, a decoder could find scans that the header walk did not count. Decoders also
 * differ in how they treat unknown markers, so those are not sound. Frame headers are checked elsewhere.
 */
export function isSoundSegment(marker: number, payload: Buffer): boolean {
  switch (marker) {
    case JpegMarker.DHT:
      return areWholeTables(payload, huffmanTableBytes);
    case JpegMarker.DQT:
      return areWholeTables(payload, quantTableBytes);
    case JpegMarker.DRI:
    case JpegMarker.DNL:
      return payload.length === 2;
    case JpegMarker.SOS:
      return isScanHeader(payload);
    case JpegMarker.APP0:
      // The image crate reads five bytes of any payload longer than three.
      return payload.length !== 4;
    case JpegMarker.COM:
      return true;
    default:
      return marker > JpegMarker.APP0 && marker <= JpegMarker.APP15;
  }
}

/** `tableBytes` returns the length of the table that starts at `at`. */
function areWholeTables(
  payload: Buffer,
  tableBytes: (payload: Buffer, at: number) => number,
): boolean {
  let at = 0;
  for (let tables = 0; at < payload.length && tables < MAX_TABLES; tables++) {
    at += tableBytes(payload, at);
  }
  return at === payload.length;
}

/** T.81 B.2.4.2: class and destination, the number of codes of each length, and one byte per code. */
function huffmanTableBytes(payload: Buffer, at: number): number {
  let bytes = 1 + HUFFMAN_COUNTS;
  for (let i = 1; i <= HUFFMAN_COUNTS; i++) bytes += payload[at + i] ?? 0;
  return bytes;
}

/** T.81 B.2.4.1: precision and destination, and 64 elements of one or two bytes. */
function quantTableBytes(payload: Buffer, at: number): number {
  const isPrecise = Number(payload[at]) >= 0x10;
  return 1 + COEFFICIENTS * (isPrecise ? 2 : 1);
}

/** T.81 B.2.3: 1 to 4 components, each named once, and a band of coefficients. More would cost more than one scan. */
function isScanHeader(payload: Buffer): boolean {
  const components = payload[0] ?? 0;
  if (components < 1 || components > 4 || payload.length !== 4 + 2 * components) return false;
  for (let i = 1; i < components; i++) {
    for (let j = 0; j < i; j++) if (payload[1 + 2 * i] === payload[1 + 2 * j]) return false;
  }
  const lastCoefficient = payload.readUInt8(2 + 2 * components);
  return lastCoefficient < COEFFICIENTS;
}
