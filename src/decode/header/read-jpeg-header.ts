import { FileParts } from './file-parts.js';
import { UndecodableImageError } from './image-errors.js';
import type { ImageHeader, Orientation } from './image-header.js';
import { isSoundSegment } from './is-sound-segment.js';
import { JpegMarker } from './jpeg-marker.js';
import { readExifOrientation } from './read-exif-orientation.js';
import { componentNames, renameInFrame, renameInScan } from './rename-components.js';
import { PAUSE_BYTES, type Walk, walkAtOnce } from './walk.js';

/** Far more than any encoder writes. */
const MAX_SEGMENTS = 10_000;
const PAUSE_SEGMENTS = 1000;
/** As many 0xff that begin no marker may stand between two segments. */
const MAX_NO_MARKERS = 10_000;
const MAX_FILL_BYTES = 1024 * 1024;

const COLOURS: Record<number, ImageHeader['colour']> = { 1: 'grey', 3: 'rgb', 4: 'cmyk' };

interface Frame extends Pick<ImageHeader, 'width' | 'height' | 'colour'> {
  readonly isProgressive: boolean;
  readonly components: number;
  /** The names of its components, if two have the same. */
  readonly twins: readonly number[] | undefined;
}

/**
 * Walks the markers from SOI to EOI. A file that ends without EOI was cut off and is refused, as in Pillow. Data after
 * EOI, such as a second picture, is ignored. Stops counting scans above `maxScans`. Anything that a decoder could
 * read in another way is refused or kept from it, so that no decoder finds scans or frames that were not counted:
 *
 * - Bytes between segments that are no marker are skipped as libjpeg skips them, and decoders do not get them.
 * - Components that have the same name get names of their own.
 *
 * @throws {UndecodableImageError} for anything but Huffman-coded DCT of 8 bits with 1, 3 or 4 components
 */
export function readJpegHeader(bytes: Buffer, maxScans: number): ImageHeader {
  return walkAtOnce(walkJpegHeader(bytes, maxScans));
}

/**
 * The same as a walk.
 *
 * @param upTo `scan`: the walk ends where a scan begins that holds all components of a sequential frame, because no
 *   other can follow it. What it costs to decode is known then, and the entropy-coded data is most of the file.
 */
export function* walkJpegHeader(
  bytes: Buffer,
  maxScans: number,
  upTo: 'scan' | 'end' = 'end',
): Walk<ImageHeader> {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xff00 + JpegMarker.SOI) fail('no SOI');
  const parts = new FileParts();
  let frame: Frame | undefined;
  let orientation: Orientation | undefined;
  let scans = 0;
  let segments = 0;
  let pauseAt = PAUSE_BYTES;
  let at = markerAfterSegment(bytes, 2, parts);
  while (scans <= maxScans) {
    if (at === -1) fail('no EOI');
    const marker = bytes.readUInt8(at);
    if (marker === JpegMarker.EOI) break;
    if (at > pauseAt || segments % PAUSE_SEGMENTS === PAUSE_SEGMENTS - 1) {
      yield;
      pauseAt = at + PAUSE_BYTES;
    }
    if (++segments > MAX_SEGMENTS) fail('too many segments');
    if (marker === JpegMarker.SOI) fail('SOI inside an image');
    const end = segmentEnd(bytes, at);
    let payload = bytes.subarray(at + 3, end);
    if (marker === JpegMarker.SOS && frame?.twins) {
      payload = renameInScan(payload, frame.twins) ?? fail('a scan of an unknown component');
      parts.replace(at + 3, end, payload);
    }
    if (isStartOfFrame(marker)) {
      if (frame) fail('two frames');
      frame = readFrame(marker, payload);
      if (frame.twins) parts.replace(at + 3, end, renameInFrame(payload));
    } else if (!isSoundSegment(marker, payload)) {
      fail('a segment that decoders may read differently');
    } else if (marker === JpegMarker.SOS) {
      if (!frame) fail('a scan before its frame');
      scans++;
      if (upTo === 'scan' && parts.isWhole && holdsAll(payload, frame)) {
        return headerOf(frame, orientation, scans, true);
      }
    } else if (marker === JpegMarker.APP1) {
      orientation ??= readExifOrientation(payload);
    }
    at =
      marker === JpegMarker.SOS
        ? yield* markerAfterScan(bytes, end)
        : markerAfterSegment(bytes, end, parts);
  }
  if (!frame || scans === 0) fail('no scan');
  const header = headerOf(frame, orientation, scans);
  const kept = parts.finish(Math.min(bytes.length, at + 1));
  return kept ? { ...header, parts: kept } : header;
}

/**
 * Walks the rest of a JPEG whose walk ended at its scan.
 *
 * @throws {UndecodableImageError} also if another scan follows
 */
export function completeHeader(bytes: Buffer, header: ImageHeader): ImageHeader {
  if (!header.endsAtScan) return header;
  const complete = readJpegHeader(bytes, 1);
  if (complete.scans > 1) fail('a scan after one of all components');
  return complete;
}

function headerOf(
  { width, height, colour }: Frame,
  orientation: Orientation = 1,
  scans: number,
  endsAtScan = false,
): ImageHeader {
  return { format: 'jpeg', width, height, colour, bitDepth: 8, orientation, scans, endsAtScan };
}

/** Whether the scan with this header is the only one of the frame. */
function holdsAll(scanHeader: Buffer, { isProgressive, components }: Frame): boolean {
  return !isProgressive && scanHeader[0] === components;
}

/**
 * Position of the code of the next marker after a segment, or -1 at the end of the file. Skips what libjpeg skips there
 * (next_marker in jdmarker.c): everything up to a 0xff that is followed by neither 0x00 nor the end.
 */
function markerAfterSegment(bytes: Buffer, from: number, parts: FileParts): number {
  let at = from;
  for (let skipped = 0; at !== -1; skipped++) {
    if (skipped > MAX_NO_MARKERS) fail('too many bytes that are no marker');
    const code = bytes[at] === 0xff ? markerAt(bytes, at) : 0;
    if (code === -1) return -1;
    if (code !== 0 && bytes[code] !== 0) {
      if (at > from) parts.replace(from, at);
      return code;
    }
    at = bytes.indexOf(0xff, Math.max(at + 1, code + 1));
  }
  return -1;
}

/** Position of the code of the marker that begins at `from`, after its fill bytes, or -1 at the end of the file. */
function markerAt(bytes: Buffer, from: number): number {
  const limit = from + 1 + MAX_FILL_BYTES;
  let at = from + 1;
  while (bytes[at] === 0xff && at <= limit) at++;
  if (at > limit) fail('too many fill bytes');
  return at < bytes.length ? at : -1;
}

/** Position of the next marker's code, or -1: skips entropy-coded data with its stuffed bytes and restart markers. */
function* markerAfterScan(bytes: Buffer, from: number): Walk<number> {
  let at = bytes.indexOf(0xff, from);
  for (;;) {
    const pauseAt = at + PAUSE_BYTES;
    at = skipEntropy(bytes, at, pauseAt);
    if (at < pauseAt) return at === -1 ? -1 : markerAt(bytes, at);
    yield;
  }
}

/** If 0xff bytes are closer together than this, stepping is cheaper than a search for each. */
const NEAR = 16;

/**
 * Position of the 0xff of the next marker in a scan, or -1 if there is none. Gives up at the first 0xff from `end` on.
 *
 * @param from position of a 0xff, or -1
 */
function skipEntropy(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at !== -1 && at < end) {
    let code = at + 1;
    if (bytes[code] !== 0 && !isRestart(bytes[code])) {
      code = markerAt(bytes, at);
      if (code === -1 || !isRestart(bytes[code])) return at;
    }
    at = nextFf(bytes, code + 1);
  }
  return at;
}

function nextFf(bytes: Buffer, from: number): number {
  let at = from;
  while (at < from + NEAR && bytes[at] !== 0xff) at++;
  return at < from + NEAR ? at : bytes.indexOf(0xff, at);
}

/** Position after the segment whose marker code is at `at`; a segment's length includes its own two bytes. */
function segmentEnd(bytes: Buffer, at: number): number {
  if (at + 3 > bytes.length) fail('cut off in a segment');
  const length = bytes.readUInt16BE(at + 1);
  const end = at + 1 + length;
  if (length < 2 || end > bytes.length) fail('cut off in a segment');
  return end;
}

function isRestart(code: number | undefined): boolean {
  return code !== undefined && code >= JpegMarker.RST0 && code <= JpegMarker.RST7;
}

/** Huffman-coded DCT only; lossless, hierarchical and arithmetic coding have other codes. */
function isStartOfFrame(marker: number): boolean {
  const { SOF0_BASELINE, SOF1_EXTENDED, SOF2_PROGRESSIVE } = JpegMarker;
  return marker === SOF0_BASELINE || marker === SOF1_EXTENDED || marker === SOF2_PROGRESSIVE;
}

/** T.81 B.2.2: precision, number of lines, samples per line, number of components. */
function readFrame(marker: number, segment: Buffer): Frame {
  if (segment.length < 6) fail('cut off in the frame header');
  const components = segment.readUInt8(5);
  const colour = COLOURS[components];
  if (segment.readUInt8(0) !== 8) fail('not 8 bits per sample');
  if (colour === undefined || segment.length !== 6 + 3 * components) fail('unsupported components');
  const names = componentNames(segment);
  return {
    width: segment.readUInt16BE(3),
    height: segment.readUInt16BE(1),
    colour,
    components,
    isProgressive: marker === JpegMarker.SOF2_PROGRESSIVE,
    twins: new Set(names).size < names.length ? names : undefined,
  };
}

function fail(why: string): never {
  throw new UndecodableImageError(why);
}
