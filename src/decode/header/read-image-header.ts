import {
  FormatNotAcceptedError,
  ImageTooComplexError,
  ImageTooLargeError,
  UndecodableImageError,
} from './image-errors.js';
import { DEFAULT_FORMATS, formatOf, type ImageFormat } from './image-format.js';
import type { ImageHeader } from './image-header.js';
import { readAvifHeader } from './read-avif-header.js';
import { readBmpHeader } from './read-bmp-header.js';
import { readGifHeader } from './read-gif-header.js';
import { readPngHeader } from './read-png-header.js';
import { readTiffHeader } from './read-tiff-header.js';
import { readWebpHeader } from './read-webp-header.js';
import { walkJpegHeader } from './read-jpeg-header.js';
import { type Walk, walkAtOnce } from './walk.js';

/** Real photos have at most about twenty scans. libjpeg-turbo's authors recommend a limit. */
export const MAX_SCANS = 100;
/** The limit of JPEG, for all formats: one column of millions of rows would need gigabytes while it is resized. */
export const MAX_SIDE = 65535;
/** A scan costs about 0.3 ms per megapixel, so this is about 120 ms. Without this limit, 58 kB can cost 4 s. */
export const MAX_MEGAPIXEL_SCANS = 400;

export interface HeaderLimits {
  readonly maxPixels: number;
  /** Formats that are accepted; by default DEFAULT_FORMATS. */
  readonly formats?: readonly ImageFormat[];
}

/** Readers of formats whose headers have a bounded number of parts. */
const READERS: Readonly<Record<Exclude<ImageFormat, 'jpeg'>, (bytes: Buffer) => ImageHeader>> = {
  png: readPngHeader,
  webp: readWebpHeader,
  gif: readGifHeader,
  bmp: readBmpHeader,
  avif: readAvifHeader,
  tiff: readTiffHeader,
};

/**
 * Reads the header of an image, whose format is told by its bytes, and refuses images that would cost too much to
 * decode. The time is linear in the number of bytes, and far below a millisecond for a photo.
 *
 * @throws {UndecodableImageError} {FormatNotAcceptedError} {ImageTooLargeError} {ImageTooComplexError}
 */
export function readImageHeader(bytes: Buffer, limits: HeaderLimits): ImageHeader {
  return walkAtOnce(walkImageHeader(bytes, limits));
}

/**
 * The same as a walk, for bytes from a client: they may be many, and made to take long.
 *
 * @param upTo as for `walkJpegHeader`
 */
export function* walkImageHeader(
  bytes: Buffer,
  { maxPixels, formats = DEFAULT_FORMATS }: HeaderLimits,
  upTo: 'scan' | 'end' = 'end',
): Walk<ImageHeader> {
  const format = formatOf(bytes);
  if (!formats.includes(format)) throw new FormatNotAcceptedError(format);
  const header =
    format === 'jpeg' ? yield* walkJpegHeader(bytes, MAX_SCANS, upTo) : READERS[format](bytes);
  const { width, height, scans } = header;
  if (width === 0 || height === 0) throw new UndecodableImageError('no pixels');
  if (width * height > maxPixels || Math.max(width, height) > MAX_SIDE)
    throw new ImageTooLargeError(`${width}x${height}`);
  if (scans > MAX_SCANS || (width * height * scans) / 1e6 > MAX_MEGAPIXEL_SCANS) {
    throw new ImageTooComplexError(`${width}x${height}, ${scans} scans`);
  }
  return header;
}
