import type { Clock } from '../batcher/index.js';
import type { Config } from '../server/config/config.js';
import { DecodePool } from './decode-pool.js';
import type { GpuDecoderOptions } from './gpu/gpu-decoder.js';
import { openGpuDecoder } from './gpu/open-gpu-decoder.js';
import { ThreadRefusedError } from '../threads/index.js';
import type { DecoderName } from './cpu/load-raster-decoder.js';
import type { Metrics } from '../server/telemetry/metrics.js';
import type { SpareBuffers } from './spare-buffers.js';
import { StartError } from '../server/config/start-error.js';

export interface OpenDecodePoolOptions {
  readonly wish: Config['decode']['decoder'];
  /** Of the decoder that runs on the CPU. */
  readonly threads: number;
  /** Whether this process has a GPU; without one "auto" does not look for JPEG units. */
  readonly hasGpu: boolean;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'decoded'>;
  readonly broken: GpuDecoderOptions['broken'];
  /** A decode thread has stopped; another takes its place. */
  readonly threadEnded: (reason: Error) => void;
  readonly say: (line: string) => void;
  /** Takes the buffers of images that are decoded. */
  readonly bodies: SpareBuffers;
  readonly openGpu?: typeof openGpuDecoder;
}

/**
 * Opens the decoder that is wished for. "auto" takes the GPU's JPEG units where they decode the trial image right, then
 * the native decoder, then jpeg-js, and says why it did not take the one before.
 *
 * @returns the pool, and what the operator is told of it
 * @throws {StartError} the decoder that was named does not start
 */
export async function openDecodePool(
  options: OpenDecodePoolOptions,
): Promise<{ readonly pool: DecodePool; readonly text: string }> {
  const { wish, threads, hasGpu, clock, broken, say, openGpu = openGpuDecoder } = options;
  const { pool, decoder } = await openThreads(options);
  const text = `${decoder}, ${threads} threads`;
  if (wish !== 'gpu' && !(wish === 'auto' && hasGpu)) return { pool, text };
  try {
    pool.gpu = await openGpu({ pixels: pool, clock, broken });
    return { pool, text: `gpu, and for what it does not take ${text}` };
  } catch (error) {
    if (wish === 'auto' && error instanceof ThreadRefusedError) {
      say(
        `decode.decoder auto: ${decoder}, because the GPU does not decode JPEGs: ${error.message}`,
      );
      return { pool, text };
    }
    await pool.close();
    if (!(error instanceof ThreadRefusedError)) throw error;
    throw new StartError(`decode.decoder gpu: ${error.message} (npm run gpu:check)`);
  }
}

/** The threads that decode on the CPU, the first of which has started. */
async function openThreads(
  options: OpenDecodePoolOptions,
): Promise<{ readonly pool: DecodePool; readonly decoder: DecoderName }> {
  const { wish, threads, metrics, bodies, threadEnded, say } = options;
  const open = async (decoder: DecoderName) => {
    const decoded: Metrics['decoded'] = (by) => metrics.decoded(by);
    const pool = new DecodePool(threads, { decoder, decoded, bodies, threadEnded });
    try {
      await pool.ready();
      return { pool, decoder };
    } catch (error) {
      await pool.close();
      throw error;
    }
  };
  try {
    return await open(wish === 'jpeg-js' ? 'jpeg-js' : 'native');
  } catch (error) {
    if (!(error instanceof ThreadRefusedError)) throw error;
    if (wish !== 'auto') throw new StartError(`decode.decoder ${wish}: ${error.message}`);
    say(
      `decode.decoder auto: jpeg-js, because the native decoder does not start: ${error.message}`,
    );
    return await open('jpeg-js');
  }
}
