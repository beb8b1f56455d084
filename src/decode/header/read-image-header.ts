import { ImageTooComplexError, ImageTooLargeError, UndecodableImageError } from './image-errors.js';
import type { ImageHeader } from './image-header.js';
import { readJpegHeader } from './read-jpeg-header.js';
import { isPng, readPngHeader } from './read-png-header.js';

/** Real photos have at most about twenty scans. libjpeg-turbo's authors recommend a limit. */
export const MAX_SCANS = 100;
/** The limit of JPEG, for PNG too: one column of millions of rows would need gigabytes while it is resized. */
export const MAX_SIDE = 65535;
/** A scan costs about 0.3 ms per megapixel, so this is about 120 ms. Without this limit, 58 kB can cost 4 s. */
export const MAX_MEGAPIXEL_SCANS = 400;

/**
 * Reads the header of a JPEG or PNG, told apart by their bytes, and refuses images that would cost too much to
 * decode. The time is linear in the number of bytes, and far below a millisecond for a photo.
 *
 * @throws {UndecodableImageError} {ImageTooLargeError} {ImageTooComplexError}
 */
export function readImageHeader(bytes: Buffer, { maxPixels }: { maxPixels: number }): ImageHeader {
  const header = isPng(bytes) ? readPngHeader(bytes) : readJpegHeader(bytes, MAX_SCANS);
  const { width, height, scans } = header;
  if (width === 0 || height === 0) throw new UndecodableImageError('no pixels');
  if (width * height > maxPixels || Math.max(width, height) > MAX_SIDE)
    throw new ImageTooLargeError(`${width}x${height}`);
  if (scans > MAX_SCANS || (width * height * scans) / 1e6 > MAX_MEGAPIXEL_SCANS) {
    throw new ImageTooComplexError(`${width}x${height}, ${scans} scans`);
  }
  return header;
}
