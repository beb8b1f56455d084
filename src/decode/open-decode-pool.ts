import type { Clock } from '../batcher/index.js';
import { openTurboJpeg } from '../native/index.js';
import { DecodePool, type DecodePoolOptions } from './decode-pool.js';
import type { GpuDecoderOptions } from './gpu/gpu-decoder.js';
import { GpuDecoderRefusedError } from './gpu/gpu-lane.js';
import { openGpuDecoder } from './gpu/open-gpu-decoder.js';
import type { SpareBuffers } from './spare-buffers.js';

/** The values of `decode.decoder`. "auto" is the GPU if it decodes correctly, otherwise native. */
export const DECODER_CHOICES = ['auto', 'gpu', 'native', 'jpeg-js'] as const;

export interface OpenDecodePoolOptions {
  readonly choice: (typeof DECODER_CHOICES)[number];
  /** Number of threads of the decoder that runs on the CPU. */
  readonly threads: number;
  /** Whether this process has a GPU. Without one, "auto" does not look for JPEG units. */
  readonly hasGpu: boolean;
  readonly clock: Clock;
  readonly decoded: NonNullable<DecodePoolOptions['decoded']>;
  readonly broken: GpuDecoderOptions['broken'];
  readonly say: (line: string) => void;
  /** Takes back the buffers of images that are decoded. */
  readonly bodies: SpareBuffers;
  readonly openGpu?: typeof openGpuDecoder;
  readonly openTurbo?: typeof openTurboJpeg;
}

const FALLBACK =
  'decode.decoder: libturbojpeg.so.0 cannot be opened, so a fallback decodes JPEGs, and its pictures are darker by 1.2 of 255 than those of Pillow. Install libturbojpeg0 (Debian) or libturbojpeg (Ubuntu)';

/**
 * Opens the requested decoder. "auto" uses the GPU's JPEG units if they decode the trial image correctly; otherwise it
 * says why not.
 *
 * @returns the pool, and its description for the operator
 * @throws {GpuDecoderRefusedError} the GPU was requested and does not decode
 */
export async function openDecodePool({
  choice,
  threads,
  hasGpu,
  clock,
  decoded,
  broken,
  say,
  bodies,
  openGpu = openGpuDecoder,
  openTurbo = openTurboJpeg,
}: OpenDecodePoolOptions): Promise<{ readonly pool: DecodePool; readonly text: string }> {
  const native = openTurbo() ? 'native' : 'native-fallback';
  const decoder = choice === 'jpeg-js' ? 'jpeg-js' : native;
  if (decoder === 'native-fallback') say(FALLBACK);
  const pool = new DecodePool(threads, { decoder, decoded, bodies });
  const text = `${decoder}, ${threads} threads`;
  if (choice !== 'gpu' && !(choice === 'auto' && hasGpu)) return { pool, text };
  try {
    pool.gpu = await openGpu({ pixels: pool, clock, broken });
    return { pool, text: `gpu, otherwise ${text}` };
  } catch (error) {
    if (choice === 'auto' && error instanceof GpuDecoderRefusedError) {
      say(
        `decode.decoder auto selects ${decoder}, because the GPU does not decode JPEGs: ${error.message}`,
      );
      return { pool, text };
    }
    await pool.close();
    if (!(error instanceof GpuDecoderRefusedError)) throw error;
    throw new GpuDecoderRefusedError(`decode.decoder gpu: ${error.message}; run npm run gpu:check`);
  }
}
