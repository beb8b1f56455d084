import type { ImageHeader } from '../header/image-header.js';

// Milliseconds of one core with the native decoders, measured from 1 to 25 megapixels. Only proportions matter
// for the other decoder and for other machines.

/** What every image costs, however small. */
const IMAGE_MS = 0.5;
/** A megapixel of a JPEG before its scans; CMYK takes the slower decoder. */
const JPEG_MS = 5;
const CMYK_JPEG_MS = 16;
/** A megapixel of each scan: a progressive photo has ten, and then costs 15 ms. */
const SCAN_MS = 1;
/** A megapixel of an 8-bit grey PNG: 8 to 14 ms; in colour, perhaps with alpha, 7 to 38; 16 bits are twice that. */
const PNG_MS = 12;

/** What decoding will take, from the header alone, in milliseconds; within a factor of three for real images. */
export function decodeCostMs(header: ImageHeader): number {
  return IMAGE_MS + (msPerMegapixel(header) * header.width * header.height) / 1e6;
}

function msPerMegapixel({ format, colour, bitDepth, scans }: ImageHeader): number {
  if (format === 'png') return PNG_MS * (colour === 'grey' ? 1 : 2) * (bitDepth > 8 ? 2 : 1);
  return (colour === 'cmyk' ? CMYK_JPEG_MS : JPEG_MS) + SCAN_MS * scans;
}
