import { type AvifItem, readAvifItems } from './avif-items.js';
import { readAv1Frames } from './av1-frames.js';
import { ImageTooComplexError, UndecodableImageError } from './image-errors.js';
import type { ImageHeader, Orientation } from './image-header.js';
import { boxesOf } from './iso-boxes.js';

/** Colour, alpha and a thumbnail, each a little larger than it must be; and what small images may have besides. */
const MAX_PICTURES = 4;
const SMALL_PIXELS = 1024 * 1024;
/** A still image has one; a layered one has more. */
const MAX_FRAMES = 4;

/** By the quarter turns against the clock, and the mirroring that follows: none, top and bottom, left and right. */
const ORIENTATIONS: readonly (readonly [Orientation, Orientation, Orientation])[] = [
  [1, 4, 2],
  [8, 5, 7],
  [3, 2, 4],
  [6, 7, 5],
];

/**
 * Reads the boxes of an AVIF and the headers of all AV1 data in it: a decoder would find out only after the work that a
 * frame is larger than its item says.
 *
 * @throws {UndecodableImageError} {ImageTooComplexError}
 */
export function readAvifHeader(bytes: Buffer): ImageHeader {
  const meta = [...boxesOf(bytes)].find(({ type }) => type === 'meta');
  if (!meta) throw new UndecodableImageError('no meta box');
  const { primary, items } = readAvifItems(bytes, meta.data);
  const { size } = primary;
  if (!size) throw new UndecodableImageError('no size');
  checkCost(items, size.width * size.height);
  const orientation =
    ORIENTATIONS[primary.quarterTurns]?.[primary.mirror === undefined ? 0 : primary.mirror + 1];
  return {
    ...{ format: 'avif', ...size, orientation: orientation ?? 1 },
    ...{ colour: 'rgb', bitDepth: 8, scans: 1 },
  };
}

function checkCost(items: readonly AvifItem[], pixels: number): void {
  let total = 0;
  for (const { type, data } of items) {
    if (type !== 'av01') continue;
    const frames = readAv1Frames(data);
    if (frames.count > MAX_FRAMES) throw new ImageTooComplexError(`${frames.count} frames`);
    total += frames.maxPixels * Math.max(1, frames.count);
  }
  if (total > Math.max(SMALL_PIXELS, MAX_PICTURES * pixels)) {
    throw new ImageTooComplexError(`${total} pixels for a picture of ${pixels}`);
  }
}
