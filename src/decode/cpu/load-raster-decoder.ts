import type { ImageHeader } from '../header/image-header.js';
import type { RasterDecoder } from './raster-decoder.js';

/**
 * The decoder for JPEGs. `native`: the host's libturbojpeg, or the fallback if the host has none. `native-fallback`: an
 * npm package. `jpeg-js`: JavaScript.
 */
export type DecoderName = 'native' | 'native-fallback' | 'jpeg-js';

let native: Promise<RasterDecoder> | undefined;

/**
 * Returns the decoder for such an image. Its library is loaded on first use, because some platforms do not have all
 * libraries; later calls return at once.
 */
export async function loadRasterDecoder(
  decoder: DecoderName,
  { format }: Pick<ImageHeader, 'format'>,
): Promise<RasterDecoder> {
  if (format === 'png') return (await import('./decode-with-image-rs.js')).decodeWithImageRs;
  switch (decoder) {
    case 'native':
      native ??= loadNativeDecoder();
      return native;
    case 'native-fallback':
      return (await import('./decode-with-fallback.js')).decodeWithFallback;
    case 'jpeg-js':
      return (await import('./decode-with-jpeg-js.js')).decodeWithJpegJs;
  }
}

async function loadNativeDecoder(): Promise<RasterDecoder> {
  const { openTurboJpegDecoder } = await import('./decode-with-turbojpeg.js');
  return openTurboJpegDecoder() ?? loadRasterDecoder('native-fallback', { format: 'jpeg' });
}
