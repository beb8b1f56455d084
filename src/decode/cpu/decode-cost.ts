import type { ImageFormat } from '../header/image-format.js';
import type { ImageHeader } from '../header/image-header.js';

// Milliseconds of one core with the native decoders, measured from 1 to 25 megapixels. For the other decoder and for
// other machines, only the proportions matter.

/** Cost of every image, however small. */
const IMAGE_MS = 0.5;
/** Cost per megapixel of a JPEG, without its scans; CMYK needs the slower decoder. */
const JPEG_MS = 5;
const CMYK_JPEG_MS = 16;
/** Cost per megapixel and scan: a progressive photo has ten scans, and then costs 15 ms in all. */
const SCAN_MS = 1;
/**
 * Cost per megapixel of an 8-bit grey PNG: 8 to 14 ms; in colour, with or without alpha, 7 to 38; 16 bits double it.
 */
const PNG_MS = 12;

/** Cost per megapixel of a photo in other formats. Noise costs up to three times as much, one colour a third. */
const OTHER_MS: Readonly<Record<Exclude<ImageFormat, 'jpeg' | 'png'>, number>> = {
  webp: 35,
  gif: 20,
  bmp: 7,
  avif: 60,
  tiff: 20,
};

/** Predicts the cost of decoding in milliseconds from the header alone; for real images, within a factor of three. */
export function decodeCostMs(header: ImageHeader): number {
  return IMAGE_MS + (msPerMegapixel(header) * header.width * header.height) / 1e6;
}

function msPerMegapixel({ format, colour, bitDepth, scans }: ImageHeader): number {
  switch (format) {
    case 'jpeg':
      return (colour === 'cmyk' ? CMYK_JPEG_MS : JPEG_MS) + SCAN_MS * scans;
    case 'png':
      return PNG_MS * (colour === 'grey' ? 1 : 2) * (bitDepth > 8 ? 2 : 1);
    default:
      return OTHER_MS[format];
  }
}
