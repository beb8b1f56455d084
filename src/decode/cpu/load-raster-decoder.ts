import type { ImageHeader } from '../header/image-header.js';
import type { RasterDecoder } from './raster-decoder.js';

/**
 * Who decodes JPEGs. `native`: the host's libturbojpeg, or where it has none the fallback. `native-fallback`: a package
 * of the registry. `jpeg-js`: JavaScript.
 */
export type DecoderName = 'native' | 'native-fallback' | 'jpeg-js';

let native: Promise<RasterDecoder> | undefined;

/**
 * The decoder for such an image. Its library is loaded when it is first asked for: there are platforms that have
 * not all of them. Asked again, it is there at once.
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
