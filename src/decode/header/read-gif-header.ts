import { UndecodableImageError } from './image-errors.js';
import type { ImageHeader, Size } from './image-header.js';

const SCREEN_AT = 6;
const COLOURS_AT = 13;
const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const IMAGE = 0x2c;
const MAX_CODE_BITS = 8;
/** Far more than any encoder writes before the first frame. */
const MAX_BLOCKS = 100_000;

/** The first frame of a GIF, as decoding needs it. */
export interface GifFrame extends Size {
  /** Holds the frame even where that leaves the screen. */
  readonly canvas: Size;
  readonly left: number;
  readonly top: number;
  readonly isInterlaced: boolean;
  /** Where its colours lie in the file, or nothing if there are none: three bytes each. */
  readonly colours: { readonly start: number; readonly end: number } | undefined;
  /** Index of the colour that is transparent. */
  readonly transparent: number | undefined;
  /** Bits of a code of the image data at first, and where its blocks begin. */
  readonly codeBits: number;
  readonly dataAt: number;
}

/**
 * Reads the canvas of a GIF, of which the first frame is decoded.
 *
 * @throws {UndecodableImageError}
 */
export function readGifHeader(bytes: Buffer): ImageHeader {
  const { canvas } = readGifFrame(bytes);
  const rest = { orientation: 1, colour: 'rgb', bitDepth: 8, scans: 1 } as const;
  return { format: 'gif', ...canvas, ...rest };
}

/**
 * Walks the blocks of a GIF to its first frame.
 *
 * @throws {UndecodableImageError}
 */
export function readGifFrame(bytes: Buffer): GifFrame {
  if (bytes.length < COLOURS_AT) throw new UndecodableImageError('cut off');
  const screen = {
    width: bytes.readUInt16LE(SCREEN_AT),
    height: bytes.readUInt16LE(SCREEN_AT + 2),
  };
  const shared = colourTable(bytes[SCREEN_AT + 4], COLOURS_AT);
  let transparent: number | undefined;
  let at = shared?.end ?? COLOURS_AT;
  let blocks = 0;
  while (bytes[at] === EXTENSION) {
    if (bytes[at + 1] === GRAPHIC_CONTROL && bytes[at + 2] === 4) {
      // The lowest flag says whether the index counts.
      transparent = (Number(bytes[at + 3]) & 1) === 1 ? bytes[at + 6] : undefined;
    }
    at += 2;
    // Each block has its length before it; the last one is empty.
    for (let length = -1; length !== 0 && at < bytes.length; at += 1 + length) {
      length = Number(bytes[at]);
      if (++blocks > MAX_BLOCKS) throw new UndecodableImageError('too many blocks');
    }
  }
  if (bytes[at] !== IMAGE || at + 10 > bytes.length) throw new UndecodableImageError('no frame');
  const [left, top] = [bytes.readUInt16LE(at + 1), bytes.readUInt16LE(at + 3)];
  const [width, height] = [bytes.readUInt16LE(at + 5), bytes.readUInt16LE(at + 7)];
  const flags = Number(bytes[at + 9]);
  const own = colourTable(flags, at + 10);
  const codeAt = own?.end ?? at + 10;
  const codeBits = Number(bytes[codeAt] ?? 0);
  if (width === 0 || height === 0) throw new UndecodableImageError('no pixels');
  if (codeBits < 1 || codeBits > MAX_CODE_BITS) throw new UndecodableImageError('no image data');
  const canvas = {
    width: Math.max(screen.width, left + width),
    height: Math.max(screen.height, top + height),
  };
  const isInterlaced = (flags & 0x40) !== 0;
  const data = { colours: own ?? shared, transparent, codeBits, dataAt: codeAt + 1 };
  return { canvas, left, top, width, height, isInterlaced, ...data };
}

/** `flags` say whether there is a table, and how long: 2 to 256 colours. */
function colourTable(flags = 0, start: number) {
  if ((flags & 0x80) === 0) return undefined;
  return { start, end: start + 3 * 2 ** ((flags & 7) + 1) };
}
