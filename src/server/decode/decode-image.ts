import type { ImageInput } from '../../engine/index.js';
import { decodeWithImageRs } from './decode-with-image-rs.js';
import { decodeWithJpegJs } from './decode-with-jpeg-js.js';
import { decodeWithTurbo } from './decode-with-turbo.js';
import { UndecodableImageError } from './header/image-errors.js';
import type { ImageHeader } from './header/image-header.js';
import type { RasterDecoder } from './raster-decoder.js';
import type { Resampler } from './resample/resampler.js';
import { resizePlan } from './resize-plan.js';
import { turnUpright } from './turn-upright.js';

/** `native`: libjpeg-turbo, with the image crate for what it does not take. `jpeg-js`: JavaScript for JPEGs. */
export type DecoderName = 'native' | 'jpeg-js';

function rasterDecoder(decoder: DecoderName, { format, colour }: ImageHeader): RasterDecoder {
  if (format === 'png') return decodeWithImageRs;
  if (decoder === 'jpeg-js') return decodeWithJpegJs;
  return colour === 'cmyk' ? decodeWithImageRs : decodeWithTurbo;
}

/**
 * Decodes one image to the model's input: input.height rows of input.width RGB pixels, upright, resized and
 * cropped, written to `pixels`.
 *
 * @throws {UndecodableImageError}
 */
export function decodeImage(
  bytes: Buffer,
  header: ImageHeader,
  decoder: DecoderName,
  input: ImageInput,
  resampler: Resampler,
  pixels: Uint8Array,
): void {
  const raster = resampler.raster(header.width * header.height * 3);
  try {
    rasterDecoder(decoder, header)(bytes, header, raster);
  } catch (cause) {
    throw new UndecodableImageError('the decoder gave up', { cause });
  }
  const plan = resizePlan(header, input);
  turnUpright(resampler.resample(plan.x, plan.y), plan, pixels);
}
