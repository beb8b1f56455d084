import { availableParallelism } from 'node:os';
import { DecodePool, type DecodePoolOptions, openGpuDecoder } from '../../src/decode/index.js';
import { systemClock } from '../../src/server/system-clock.js';

/**
 * A pool whose JPEGs go to the GPU, fed by `threads` threads; other images go to the native decoder on every core.
 *
 * @throws {ThreadRefusedError}
 */
export async function openGpuPool(
  threads: number,
  decoded: DecodePoolOptions['decoded'] = () => {},
): Promise<DecodePool> {
  const pool = new DecodePool(availableParallelism(), { decoder: 'native', decoded });
  const broken = (_: string, cause?: Error) => {
    throw cause;
  };
  pool.gpu = await openGpuDecoder({ pixels: pool, threads, clock: systemClock, broken });
  return pool;
}
