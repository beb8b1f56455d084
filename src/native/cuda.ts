import { bindNative } from './bind-native.js';
import { loadKoffi } from './koffi.js';

// The part of CUDA's driver API that decoding needs. It comes with the driver; the runtime library is not needed.

const STREAM_NON_BLOCKING = 1;
/** A thread that waits for such an event sleeps instead of spinning; the event records no time. */
const EVENT_BLOCKING_SYNC = 1;
const EVENT_DISABLE_TIMING = 2;

/** A driver call failed. Most failures are permanent: the CUDA context, which the whole process shares, is unusable. */
export class CudaError extends Error {
  override readonly name = 'CudaError';
}

/** Host memory that the device reads and writes directly. It is never freed. */
export interface PinnedMemory {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/**
 * One device, as used by one thread. Addresses are device addresses unless stated otherwise. Calls may throw
 * CudaError.
 */
export interface Cuda {
  allocate(byteLength: number): bigint;
  allocatePinned(byteLength: number): PinnedMemory;
  /** A queue of work that runs in order. */
  createStream(): bigint;
  /** @param ptx the kernel's code, which the driver compiles for its GPU */
  loadKernel(ptx: string, name: string): bigint;
  /** Copies from pinned memory. */
  copyToDevice(target: bigint, source: bigint, byteLength: number, stream: bigint): void;
  /** Copies to pinned memory. */
  copyToHost(target: bigint, source: bigint, byteLength: number, stream: bigint): void;
  /** Fills device memory with zeros. */
  clear(target: bigint, byteLength: number, stream: bigint): void;
  /** Runs a kernel whose only parameter is a pointer. */
  launch(kernel: bigint, launch: KernelLaunch, parameter: bigint, stream: bigint): void;
  /** Sleeps until the stream's work is done. */
  finish(stream: bigint): void;
}

type Dimensions = readonly [x: number, y: number, z: number];

export interface KernelLaunch {
  readonly grid: Dimensions;
  readonly block: Dimensions;
}

/**
 * Opens the first device for this thread.
 *
 * @throws {CudaError} there is no driver, or no device
 * @throws {MissingPackageError}
 */
export function openCuda(): Cuda {
  const koffi = loadKoffi();
  const library = loadDriver();
  const errorName = library.func('int cuGetErrorName(int error, _Out_ const char **name)');

  const bind = (declaration: string) =>
    bindNative(library, declaration, (call, error) => {
      const name: [string | null] = [null];
      errorName(error, name);
      return new CudaError(`${call}: ${name[0] ?? error}`);
    });

  /** Returns the object that a function writes to its first argument. */
  function create(call: (...args: unknown[]) => void, ...args: unknown[]): bigint {
    const out = [0];
    call(out, ...args);
    return BigInt(Number(out[0]));
  }

  const device = [0];
  bind('int cuInit(unsigned int flags)')(0);
  bind('int cuDeviceGet(_Out_ int *device, int index)')(device, 0);
  const retain = bind('int cuDevicePrimaryCtxRetain(_Out_ uint64_t *context, int device)');
  bind('int cuCtxSetCurrent(uint64_t context)')(create(retain, device[0]));

  const memAlloc = bind('int cuMemAlloc_v2(_Out_ uint64_t *address, size_t bytes)');
  const hostAlloc = bind(
    'int cuMemHostAlloc(_Out_ uint64_t *address, size_t bytes, unsigned int flags)',
  );
  const streamCreate = bind('int cuStreamCreate(_Out_ uint64_t *stream, unsigned int flags)');
  const moduleLoad = bind('int cuModuleLoadData(_Out_ uint64_t *module, const char *image)');
  const getFunction = bind(
    'int cuModuleGetFunction(_Out_ uint64_t *function, uint64_t module, const char *name)',
  );
  const toDevice = bind(
    'int cuMemcpyHtoDAsync_v2(uint64_t target, uint64_t source, size_t bytes, uint64_t stream)',
  );
  const toHost = bind(
    'int cuMemcpyDtoHAsync_v2(uint64_t target, uint64_t source, size_t bytes, uint64_t stream)',
  );
  const memset = bind(
    'int cuMemsetD8Async(uint64_t target, unsigned char value, size_t bytes, uint64_t stream)',
  );
  const launchKernel = bind(
    'int cuLaunchKernel(uint64_t function, unsigned int gx, unsigned int gy, unsigned int gz, unsigned int bx, unsigned int by, unsigned int bz, unsigned int shared, uint64_t stream, const uint64_t *parameters, void *extra)',
  );
  const eventCreate = bind('int cuEventCreate(_Out_ uint64_t *event, unsigned int flags)');
  const eventRecord = bind('int cuEventRecord(uint64_t event, uint64_t stream)');
  const eventFinish = bind('int cuEventSynchronize(uint64_t event)');
  const event = create(eventCreate, EVENT_BLOCKING_SYNC | EVENT_DISABLE_TIMING);

  return {
    allocate: (byteLength) => create(memAlloc, byteLength),
    allocatePinned(byteLength) {
      const address = create(hostAlloc, byteLength, 0);
      return { address, bytes: new Uint8Array(koffi.view(address, byteLength)) };
    },
    createStream: () => create(streamCreate, STREAM_NON_BLOCKING),
    loadKernel: (ptx, name) => create(getFunction, create(moduleLoad, ptx), name),
    copyToDevice: toDevice,
    copyToHost: toHost,
    clear: (target, byteLength, stream) => memset(target, 0, byteLength, stream),
    launch(kernel, { grid, block }, parameter, stream) {
      const value = BigUint64Array.of(parameter);
      const pointers = BigUint64Array.of(koffi.address(value));
      launchKernel(kernel, ...grid, ...block, 0, stream, pointers, null);
    },
    finish(stream) {
      eventRecord(event, stream);
      eventFinish(event);
    },
  };
}

function loadDriver() {
  const koffi = loadKoffi();
  try {
    return koffi.load('libcuda.so.1');
  } catch (cause) {
    throw new CudaError('there is no NVIDIA driver', { cause });
  }
}
