import type { Clock } from '../batcher/index.js';
import { MissingPackageError, openTurboJpeg } from '../native/index.js';
import { ThreadRefusedError } from '../threads/index.js';
import type { DecoderName } from './cpu/load-raster-decoder.js';
import type { Colour } from './cpu/raster-decoder.js';
import { DecodePool, type DecodePoolOptions } from './decode-pool.js';
import type { GpuDecoderOptions } from './gpu/gpu-decoder.js';
import { openGpuDecoder } from './gpu/open-gpu-decoder.js';
import type { SpareBuffers } from './spare-buffers.js';

/** The values of `decode.decoder`. "auto" is the first of gpu, native and jpeg-js that works here. */
export const DECODER_CHOICES = ['auto', 'gpu', 'native', 'jpeg-js'] as const;

export interface OpenDecodePoolOptions {
  readonly choice: (typeof DECODER_CHOICES)[number];
  /** Number of threads of the decoder that runs on the CPU. */
  readonly threads: number;
  /** Whether this process has a GPU. Without one, "auto" does not look for JPEG units. */
  readonly hasGpu: boolean;
  /** The memory that all threads together may use for decoding. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly decoded: NonNullable<DecodePoolOptions['decoded']>;
  readonly broken: GpuDecoderOptions['broken'];
  readonly threadEnded: NonNullable<DecodePoolOptions['threadEnded']>;
  readonly say: (line: string) => void;
  /** Takes back the buffers of images that are decoded. */
  readonly bodies: SpareBuffers;
  /** Transparency is dropped, which is the default, or laid over a colour. */
  readonly alphaBackground?: 'drop' | Colour;
  readonly openGpu?: typeof openGpuDecoder;
  readonly openTurbo?: typeof openTurboJpeg;
}

/** The requested decoder does not work on this host. The message is for the operator. */
export class DecoderRefusedError extends Error {
  override readonly name = 'DecoderRefusedError';
}

/**
 * Opens the requested decoder. "auto" uses the GPU's JPEG units if they decode the trial image correctly, otherwise the
 * native decoder, otherwise jpeg-js; it says why it does not use the better one.
 *
 * @returns the pool, and its description for the operator
 * @throws {DecoderRefusedError} the requested decoder does not work here
 */
export async function openDecodePool(
  options: OpenDecodePoolOptions,
): Promise<{ readonly pool: DecodePool; readonly text: string }> {
  const { choice, threads, hasGpu, clock, broken, say, openGpu = openGpuDecoder } = options;
  const { pool, decoder } = await openThreads(options);
  const text = `${decoder}, ${threads} threads`;
  if (choice !== 'gpu' && !(choice === 'auto' && hasGpu)) return { pool, text };
  try {
    pool.gpu = await openGpu({ pixels: pool, clock, broken });
    return { pool, text: `gpu, otherwise ${text}` };
  } catch (error) {
    if (choice === 'auto' && error instanceof ThreadRefusedError) {
      say(
        `decode.decoder auto selects ${decoder}, because the GPU does not decode JPEGs: ${error.message}`,
      );
      return { pool, text };
    }
    await pool.close();
    if (!(error instanceof ThreadRefusedError)) throw error;
    throw new DecoderRefusedError(`decode.decoder gpu: ${error.message}; run npm run gpu:check`);
  }
}

/** Opens the threads that decode on the CPU, and waits until the first can decode. */
async function openThreads(options: OpenDecodePoolOptions) {
  const { choice, say } = options;
  const decoder = choice === 'jpeg-js' ? 'jpeg-js' : nativeDecoder(options);
  try {
    return { pool: await openPool(options, decoder), decoder };
  } catch (error) {
    if (!(error instanceof ThreadRefusedError)) throw error;
    if (choice !== 'auto') {
      throw new DecoderRefusedError(`decode.decoder ${choice}: ${error.message}`);
    }
    say(`decode.decoder auto selects jpeg-js, because ${decoder} does not start: ${error.message}`);
    return { pool: await openPool(options, 'jpeg-js'), decoder: 'jpeg-js' };
  }
}

async function openPool(
  {
    threads,
    maxBytes,
    decoded,
    bodies,
    threadEnded,
    alphaBackground = 'drop',
  }: OpenDecodePoolOptions,
  decoder: DecoderName,
): Promise<DecodePool> {
  const background = alphaBackground === 'drop' ? {} : { background: alphaBackground };
  const common = { decoder, maxBytes, decoded, bodies, threadEnded };
  const pool = new DecodePool(threads, { ...common, ...background });
  try {
    await pool.ready();
    return pool;
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** The native decoder that this host has; says why, if it is not the better one. */
function nativeDecoder({ say, openTurbo = openTurboJpeg }: OpenDecodePoolOptions): DecoderName {
  const fallBack = (why: string, whatToDo = '') => {
    say(
      `decode.decoder: ${why}, so a fallback decodes JPEGs, and its pictures are darker by 1.2 of 255 than those of Pillow${whatToDo}`,
    );
    return 'native-fallback' as const;
  };
  try {
    if (openTurbo()) return 'native';
  } catch (error) {
    if (!(error instanceof MissingPackageError)) throw error;
    return fallBack(error.message);
  }
  return fallBack(
    'libturbojpeg.so.0 cannot be opened',
    '. Install libturbojpeg0 (Debian) or libturbojpeg (Ubuntu)',
  );
}
