import { UndecodableImageError } from './image-errors.js';
import type { ImageHeader, Orientation } from './image-header.js';
import { readExifOrientation } from './read-exif-orientation.js';

// Marker codes of ITU-T T.81, table B.1: the second byte, after 0xff.
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const SOF0_BASELINE = 0xc0;
const SOF1_EXTENDED = 0xc1;
const SOF2_PROGRESSIVE = 0xc2;
const DHT = 0xc4;
const JPG = 0xc8;
const DAC = 0xcc;
const APP1 = 0xe1;
const TEM = 0x01;
const RST0 = 0xd0;
const RST7 = 0xd7;

/** Far more than any encoder writes; a body of nothing but tiny segments would hold up the main thread. */
const MAX_SEGMENTS = 10_000;

const COLOURS: Record<number, ImageHeader['colour']> = { 1: 'grey', 3: 'rgb', 4: 'cmyk' };

type Frame = Pick<ImageHeader, 'width' | 'height' | 'colour'>;

/**
 * Walks the markers from SOI to EOI, or to the end of a file that was cut off: that is the decoder's to judge.
 * What follows EOI, such as a second picture, does not count. Stops counting scans above `maxScans`.
 *
 * @throws {UndecodableImageError} for anything but Huffman-coded DCT of 8 bits with 1, 3 or 4 components
 */
export function readJpegHeader(bytes: Buffer, maxScans: number): ImageHeader {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xff00 + SOI) fail('no SOI');
  let frame: Frame | undefined;
  let orientation: Orientation | undefined;
  let scans = 0;
  let segments = 0;
  let at = nextMarker(bytes, 2);
  while (at !== -1 && scans <= maxScans) {
    const marker = bytes.readUInt8(at);
    if (marker === EOI) break;
    if (++segments > MAX_SEGMENTS) fail('too many segments');
    if (marker === SOI) fail('SOI inside an image');
    if (marker === TEM) {
      at = nextMarker(bytes, at + 1);
      continue;
    }
    const end = segmentEnd(bytes, at);
    if (isStartOfFrame(marker)) {
      if (frame) fail('two frames');
      frame = readFrame(marker, bytes.subarray(at + 3, end));
    } else if (marker === SOS) {
      if (!frame) fail('a scan before its frame');
      scans++;
    } else if (marker === APP1) {
      orientation ??= readExifOrientation(bytes.subarray(at + 3, end));
    }
    at = nextMarker(bytes, end);
  }
  if (!frame || scans === 0) fail('no scan');
  return { format: 'jpeg', ...frame, bitDepth: 8, orientation: orientation ?? 1, scans };
}

/** Where 0xff bytes stand closer than this, stepping costs less than a search for each. */
const NEAR = 16;

/** Position of the next marker's code at or after `from`, or -1: skips entropy-coded data and fill bytes. */
function nextMarker(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at !== -1 && at + 1 < bytes.length) {
    const code = bytes[at + 1] as number;
    if (code === 0xff) at++;
    else if (code === 0 || (code >= RST0 && code <= RST7)) at = nextFf(bytes, at + 2);
    else return at + 1;
  }
  return -1;
}

function nextFf(bytes: Buffer, from: number): number {
  let at = from;
  while (at < from + NEAR && bytes[at] !== 0xff) at++;
  return at < from + NEAR ? at : bytes.indexOf(0xff, at);
}

/** Position after the segment whose marker code is at `at`: its length counts itself and what follows. */
function segmentEnd(bytes: Buffer, at: number): number {
  if (at + 3 > bytes.length) fail('cut off in a segment');
  const length = bytes.readUInt16BE(at + 1);
  const end = at + 1 + length;
  if (length < 2 || end > bytes.length) fail('cut off in a segment');
  return end;
}

function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== DHT && marker !== JPG && marker !== DAC;
}

/** T.81 B.2.2: precision, lines, samples a line, number of components. */
function readFrame(marker: number, segment: Buffer): Frame {
  if (marker !== SOF0_BASELINE && marker !== SOF1_EXTENDED && marker !== SOF2_PROGRESSIVE) {
    fail('lossless, hierarchical or arithmetic coding');
  }
  if (segment.length < 6) fail('cut off in the frame header');
  const components = segment.readUInt8(5);
  const colour = COLOURS[components];
  if (segment.readUInt8(0) !== 8) fail('not 8 bits a sample');
  if (colour === undefined || segment.length !== 6 + 3 * components) fail('odd components');
  return { width: segment.readUInt16BE(3), height: segment.readUInt16BE(1), colour };
}

function fail(why: string): never {
  throw new UndecodableImageError(why);
}
