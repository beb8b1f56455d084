import type { ImageHeader } from '../header/image-header.js';
import type { DecoderName } from './load-raster-decoder.js';

// Bytes per pixel that a decode thread uses at most, measured at 25 megapixels.

/** The raster that is resized. */
const RASTER = 3;
/** jpeg-js keeps coefficients and samples as numbers of four bytes, more than once. */
const JPEG_JS = 24;
const JPEG_JS_CMYK = 48;
/** Coefficients of one component, which a progressive JPEG keeps until its last scan. */
const COEFFICIENTS = 2;
/** The planes of up to 12 bits, and what the image crate makes of them. */
const AVIF = 24;
/** The indices of the frame. */
const GIF = 2;

/** The memory in bytes that decoding needs at most, besides the bytes of the file. */
export function decodeBytes(header: ImageHeader, fileBytes: number, decoder: DecoderName): number {
  // Where something is left out of a file, what is kept is copied.
  const copyBytes = header.parts ? fileBytes : 0;
  return copyBytes + header.width * header.height * bytesPerPixel(header, decoder);
}

function bytesPerPixel({ format, colour, bitDepth, scans }: ImageHeader, decoder: DecoderName) {
  switch (format) {
    case 'jpeg': {
      if (decoder === 'jpeg-js') return colour === 'cmyk' ? JPEG_JS_CMYK : JPEG_JS;
      const components = { grey: 1, rgb: 3, cmyk: 4 }[colour];
      const samples = colour === 'cmyk' ? components : 0;
      return RASTER + samples + (scans > 1 ? COEFFICIENTS * components : 0);
    }
    case 'gif':
      return RASTER + GIF;
    case 'avif':
      return RASTER + AVIF;
    default: {
      // With alpha, which the header walk does not tell of every format.
      const samples = format === 'png' && colour === 'grey' ? 2 : 4;
      // The library holds the samples twice; those of 16 bits are copied once more.
      return RASTER + samples * (bitDepth > 8 ? 2 * 3 : 2);
    }
  }
}
