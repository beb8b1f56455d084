import { requirePackage } from '../../native/index.js';
import type { ImageHeader } from '../header/image-header.js';
import type { RasterDecoder } from './raster-decoder.js';

/**
 * The decoder for JPEGs. `native`: the host's libturbojpeg, or the fallback if the host has none. `native-fallback`: an
 * npm package. `jpeg-js`: JavaScript.
 */
export type DecoderName = 'native' | 'native-fallback' | 'jpeg-js';

/** Loads each decoder, and before it the packages that it imports. */
const LOADERS = {
  async gif() {
    return (await import('./decode-with-gif.js')).decodeWithGif;
  },
  async 'image-rs'() {
    requirePackage('@napi-rs/image');
    return (await import('./decode-with-image-rs.js')).decodeWithImageRs;
  },
  async native(): Promise<RasterDecoder> {
    const { openTurboJpegDecoder } = await import('./decode-with-turbojpeg.js');
    return openTurboJpegDecoder() ?? LOADERS['native-fallback']();
  },
  async 'native-fallback'() {
    requirePackage('@julusian/jpeg-turbo');
    requirePackage('@napi-rs/image');
    return (await import('./decode-with-fallback.js')).decodeWithFallback;
  },
  async 'jpeg-js'() {
    return (await import('./decode-with-jpeg-js.js')).decodeWithJpegJs;
  },
};

const loaded = new Map<keyof typeof LOADERS, Promise<RasterDecoder>>();

/**
 * Returns the decoder for such an image. Its libraries are loaded on first use, because some platforms do not have all
 * of them; later calls return at once.
 *
 * @throws {MissingPackageError}
 */
export function loadRasterDecoder(
  decoder: DecoderName,
  { format }: Pick<ImageHeader, 'format'>,
): Promise<RasterDecoder> {
  const other = format === 'gif' ? 'gif' : 'image-rs';
  const name = format === 'jpeg' ? decoder : other;
  const loading = loaded.get(name) ?? LOADERS[name]();
  loaded.set(name, loading);
  return loading;
}
