import type { ImageHeader } from '../header/image-header.js';
import type { RasterDecoder } from './raster-decoder.js';

/** `native`: libjpeg-turbo, and the image crate for what it does not support. `jpeg-js`: JavaScript for JPEGs. */
export type DecoderName = 'native' | 'jpeg-js';

/**
 * Returns the decoder for such an image. Its library is loaded on first use, because some platforms do not have all
 * libraries; later calls return at once.
 */
export async function loadRasterDecoder(
  decoder: DecoderName,
  { format, colour }: Pick<ImageHeader, 'format' | 'colour'>,
): Promise<RasterDecoder> {
  if (format === 'png' || (decoder === 'native' && colour === 'cmyk')) {
    return (await import('./decode-with-image-rs.js')).decodeWithImageRs;
  }
  if (decoder === 'jpeg-js') return (await import('./decode-with-jpeg-js.js')).decodeWithJpegJs;
  return (await import('./decode-with-turbo.js')).decodeWithTurbo;
}
