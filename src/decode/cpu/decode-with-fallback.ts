import turbo from '@julusian/jpeg-turbo';
import { decodeWithImageRs } from './decode-with-image-rs.js';
import type { RasterDecoder } from './raster-decoder.js';

/**
 * JPEGs where the host has no libturbojpeg: through the libjpeg-turbo of a package, which hard-codes the fast DCT, so
 * that pictures come out darker by 1.2 of 255. It takes no CMYK and not all sampling factors, and fails where libjpeg
 * has but warned; those images go to the image crate.
 */
export const decodeWithFallback: RasterDecoder = (bytes, header, raster) => {
  if (header.colour === 'cmyk' || !decodeWithPackage(bytes, header, raster)) {
    decodeWithImageRs(bytes, header, raster);
  }
};

/** False where the package fails; it does not say why. */
function decodeWithPackage(...[bytes, header, raster]: Parameters<RasterDecoder>): boolean {
  const target = Buffer.from(raster.buffer, raster.byteOffset, raster.byteLength);
  try {
    const { width, height } = turbo.decompressSync(bytes, target, { format: turbo.FORMAT_RGB });
    return width === header.width && height === header.height;
  } catch {
    return false;
  }
}
