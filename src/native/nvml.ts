import { promisify } from 'node:util';
import { loadKoffi } from './koffi.js';

// The part of NVIDIA's management library (NVML) that tells how busy a GPU is. It comes with the driver.

const LIBRARY = 'libnvidia-ml.so.1';
/** NVML_DEVICE_UUID_V2_BUFFER_SIZE */
const UUID_BYTES = 96;

/** What the driver says of a GPU; undefined where it does not know, as of utilization on a GPU that MIG divides. */
export interface GpuUsage {
  /** Share of the latest sample period, up to a second, in which a kernel ran: 0 to 1. */
  readonly utilization?: number;
  readonly memoryUsedBytes?: number;
  readonly memoryTotalBytes?: number;
}

/** A function of a library, as koffi binds it: `async` runs it on a thread of its own. */
interface AsyncFunction {
  async(...args: unknown[]): void;
}

/** The library, as koffi opens it. */
export interface AsyncLibrary {
  func(declaration: string): AsyncFunction;
}

/**
 * Opens NVML for one GPU. All calls run off the main thread, because the driver may take long to answer.
 *
 * @param uuid "GPU-…"
 * @returns reads the GPU's usage; undefined if there is no NVML, or no such GPU in it
 */
export async function openGpuUsage(
  uuid: string,
  load: (file: string) => AsyncLibrary = loadKoffi().load,
): Promise<(() => Promise<GpuUsage>) | undefined> {
  try {
    const nvml = bindNvml(load(LIBRARY));
    const device = await nvml.find(uuid);
    return device === undefined ? undefined : () => nvml.usageOf(device);
  } catch {
    return undefined;
  }
}

function bindNvml(library: AsyncLibrary) {
  /** Binds a function that returns 0 on success. */
  function bind(declaration: string): (...args: unknown[]) => Promise<boolean> {
    const call = library.func(declaration);
    const later = promisify((args: unknown[], done: (error: unknown, status: unknown) => void) =>
      call.async(...args, done),
    );
    return async (...args) => (await later(args)) === 0;
  }

  const init = bind('int nvmlInit_v2()');
  const getCount = bind('int nvmlDeviceGetCount_v2(_Out_ unsigned int *count)');
  const getHandle = bind(
    'int nvmlDeviceGetHandleByIndex_v2(unsigned int index, _Out_ uint64_t *device)',
  );
  const getUuid = bind(
    'int nvmlDeviceGetUUID(uint64_t device, uint8_t *uuid, unsigned int length)',
  );
  // The structures are nvmlUtilization_t, { unsigned int gpu, memory; } in percent, and nvmlMemory_t,
  // { unsigned long long total, free, used; } in bytes.
  const getUtilization = bind(
    'int nvmlDeviceGetUtilizationRates(uint64_t device, uint32_t *utilization)',
  );
  const getMemory = bind('int nvmlDeviceGetMemoryInfo(uint64_t device, uint64_t *memory)');

  return {
    async find(uuid: string): Promise<bigint | undefined> {
      const count = [0];
      if (!((await init()) && (await getCount(count)))) return undefined;
      for (let index = 0; index < Number(count[0]); index++) {
        const device = [0];
        const text = new Uint8Array(UUID_BYTES);
        if (!(await getHandle(index, device))) continue;
        const handle = BigInt(Number(device[0]));
        if (!(await getUuid(handle, text, text.length))) continue;
        if (Buffer.from(text).toString('latin1').replace(/\0.*$/s, '') === uuid) return handle;
      }
      return undefined;
    },
    async usageOf(device: bigint): Promise<GpuUsage> {
      const percent = new Uint32Array(2);
      const memory = new BigUint64Array(3);
      const hasUtilization = await getUtilization(device, percent);
      const hasMemory = await getMemory(device, memory);
      return {
        ...(hasUtilization ? { utilization: Number(percent[0]) / 100 } : {}),
        ...(hasMemory
          ? { memoryTotalBytes: Number(memory[0]), memoryUsedBytes: Number(memory[2]) }
          : {}),
      };
    },
  };
}
