import type { Gpu } from '../../native/index.js';
import type { Config } from '../config/config.js';
import { StartError } from '../config/start-error.js';

/** One serving process to be: its number, and the GPU that it alone sees. */
export interface ProcessPlan {
  readonly index: number;
  /** Of how many on this host. */
  readonly total: number;
  /** Index of the device in engine.devices' counting; undefined where there is none. */
  readonly device?: number;
  readonly gpu?: Gpu;
}

/**
 * Which serving processes to start: `server.processes` for each device, or for the host where no GPU is wanted or
 * there.
 *
 * @param gpus those that CUDA_VISIBLE_DEVICES allows
 * @throws {StartError} a device that does not exist, or no GPU where one was named
 */
export function planProcesses(
  { engine, server }: Pick<Config, 'engine' | 'server'>,
  gpus: readonly Gpu[],
): ProcessPlan[] {
  const { provider, devices } = engine;
  const needsNvidia = provider === 'tensorrt' || provider === 'cuda';
  if (needsNvidia && gpus.length === 0) {
    throw new StartError(
      `engine.provider ${provider}: there is no NVIDIA GPU that this process may use; install the driver, and look at CUDA_VISIBLE_DEVICES (npm run gpu:check)`,
    );
  }
  const wanted = devices === 'all' ? gpus.map((_, i) => i) : devices;
  const isCpu = provider === 'cpu' || gpus.length === 0;
  const missing = wanted.find((device) => !gpus[device]);
  if (!isCpu && missing !== undefined) {
    throw new StartError(
      `engine.devices: there is no GPU ${missing}; this host has ${gpus.length}`,
    );
  }
  // Vulkan does not heed CUDA_VISIBLE_DEVICES: every process would take the first adapter.
  const used = provider === 'webgpu' && devices === 'all' ? wanted.slice(0, 1) : wanted;
  const perDevice = isCpu ? [undefined] : used;
  return perDevice
    .flatMap((device) => Array.from({ length: server.processes }, () => device))
    .map((device, index, all) => {
      const gpu = device === undefined ? undefined : gpus[device];
      const plan = { index, total: all.length };
      return gpu && device !== undefined ? { ...plan, device, gpu } : plan;
    });
}
