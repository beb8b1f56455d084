import type { Gpu } from '../../native/index.js';
import type { Config } from '../config/config.js';
import { StartError } from '../config/start-error.js';

/** A serving process to be started: its number, and the only GPU that it sees. */
export interface ProcessPlan {
  readonly index: number;
  /** Number of serving processes on this host. */
  readonly total: number;
  /** The device's index as engine.devices counts; undefined if there is no device. */
  readonly device?: number;
  readonly gpu?: Gpu;
}

/**
 * The serving processes to start: `server.processes` per device, or for the whole host if no GPU is requested or
 * available.
 *
 * @param gpus the GPUs that CUDA_VISIBLE_DEVICES allows
 * @throws {StartError} if a device does not exist, or if no GPU is available for a named GPU provider
 */
export function planProcesses(
  { engine, server }: Pick<Config, 'engine' | 'server'>,
  gpus: readonly Gpu[],
): ProcessPlan[] {
  const { provider, devices } = engine;
  const needsNvidia = provider === 'tensorrt' || provider === 'cuda';
  if (needsNvidia && gpus.length === 0) {
    throw new StartError(
      `engine.provider ${provider}: no NVIDIA GPU is available to this process; install the driver, check CUDA_VISIBLE_DEVICES, and run npm run gpu:check`,
    );
  }
  const wanted = devices === 'all' ? gpus.map((_, i) => i) : devices;
  const isCpu = provider === 'cpu' || gpus.length === 0;
  const missing = wanted.find((device) => !gpus[device]);
  if (provider !== 'cpu' && missing !== undefined) {
    const there = gpus.length === 0 ? 'none that it may use' : `${gpus.length}, counted from 0`;
    throw new StartError(`engine.devices: there is no GPU ${missing}; this host has ${there}`);
  }
  // Vulkan ignores CUDA_VISIBLE_DEVICES, so every process would use the first adapter.
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
