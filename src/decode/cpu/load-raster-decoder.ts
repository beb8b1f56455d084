import { requirePackage } from '../../native/require-package.js';
import type { ImageHeader } from '../header/image-header.js';
import type { RasterDecoder } from './raster-decoder.js';

/** `native`: libjpeg-turbo, with the image crate for what it does not take. `jpeg-js`: JavaScript for JPEGs. */
export type DecoderName = 'native' | 'jpeg-js';

/** By the package that each takes. */
const DECODERS = {
  '@julusian/jpeg-turbo': async () => (await import('./decode-with-turbo.js')).decodeWithTurbo,
  '@napi-rs/image': async () => (await import('./decode-with-image-rs.js')).decodeWithImageRs,
  'jpeg-js': async () => (await import('./decode-with-jpeg-js.js')).decodeWithJpegJs,
};

const loaded = new Map<keyof typeof DECODERS, RasterDecoder>();

/**
 * The decoder for such an image. Its package is loaded when it is first asked for: some platforms do not have all of
 * them.
 *
 * @throws {MissingPackageError}
 */
export async function loadRasterDecoder(
  decoder: DecoderName,
  image: Pick<ImageHeader, 'format' | 'colour'>,
): Promise<RasterDecoder> {
  const name = packageFor(decoder, image);
  const known = loaded.get(name);
  if (known) return known;
  requirePackage(name);
  const decode = await DECODERS[name]();
  loaded.set(name, decode);
  return decode;
}

function packageFor(
  decoder: DecoderName,
  { format, colour }: Pick<ImageHeader, 'format' | 'colour'>,
): keyof typeof DECODERS {
  if (format === 'png' || (decoder === 'native' && colour === 'cmyk')) return '@napi-rs/image';
  return decoder === 'jpeg-js' ? 'jpeg-js' : '@julusian/jpeg-turbo';
}
