import turbo from '@julusian/jpeg-turbo';
import { decodeWithImageRs } from './decode-with-image-rs.js';
import type { RasterDecoder } from './raster-decoder.js';

/**
 * Decodes JPEGs if the host has no libturbojpeg, with an npm package of libjpeg-turbo. The package always uses the
 * fast DCT, so images come out darker by 1.2 of 255. It does not support CMYK and some sampling factors, and fails
 * where libjpeg only warns; those images go to the image crate.
 */
export const decodeWithFallback: RasterDecoder = (bytes, header, raster) => {
  if (header.colour === 'cmyk' || !decodeWithPackage(bytes, header, raster)) {
    decodeWithImageRs(bytes, header, raster);
  }
};

/** False if the package fails; it does not report why. */
function decodeWithPackage(...[bytes, header, raster]: Parameters<RasterDecoder>): boolean {
  const target = Buffer.from(raster.buffer, raster.byteOffset, raster.byteLength);
  try {
    const { width, height } = turbo.decompressSync(bytes, target, { format: turbo.FORMAT_RGB });
    return width === header.width && height === header.height;
  } catch {
    return false;
  }
}
