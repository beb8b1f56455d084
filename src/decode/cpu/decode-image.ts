import type { ImageInput } from '../../engine/index.js';
import { joinParts } from '../header/file-parts.js';
import { UndecodableImageError } from '../header/image-errors.js';
import type { ImageHeader } from '../header/image-header.js';
import { completeHeader } from '../header/read-jpeg-header.js';
import type { Resampler } from '../resample/resampler.js';
import { DEFAULT_FILTER, DEFAULT_PAD, resizePlan } from '../resize-plan.js';
import { type DecoderName, loadRasterDecoder } from './load-raster-decoder.js';
import { placeUpright } from './place-upright.js';
import type { Colour } from './raster-decoder.js';

export type { DecoderName };

/**
 * Decodes one image to the model's input: input.height rows of input.width RGB pixels, upright, resized and
 * cropped, written to `pixels`. What is transparent is laid over `background`, if there is one.
 *
 * @throws {UndecodableImageError}
 */
export async function decodeImage(
  bytes: Buffer,
  walked: ImageHeader,
  decoder: DecoderName,
  input: ImageInput,
  resampler: Resampler,
  pixels: Uint8Array,
  background?: Colour,
): Promise<void> {
  const decodeRaster = await loadRasterDecoder(decoder, walked);
  const header = completeHeader(bytes, walked);
  // There is no await from here on, so no other image uses the resampler's memory.
  const raster = resampler.raster(header.width * header.height * 3);
  try {
    decodeRaster(joinParts(bytes, header.parts), header, raster, background);
  } catch (cause) {
    throw new UndecodableImageError('the decoder failed', { cause });
  }
  const plan = resizePlan(header, input);
  const { filter = DEFAULT_FILTER, pad = DEFAULT_PAD } = input;
  placeUpright(
    resampler.resample(plan.x, plan.y, { filter, firstAxis: plan.firstAxis }),
    plan,
    pad,
    pixels,
  );
}
