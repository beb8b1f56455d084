import { loadKoffi } from './koffi.js';

const CU_CTX_SCHED_BLOCKING_SYNC = 4;

/**
 * Makes threads sleep while they wait for the first GPU that this process sees. By default CUDA lets them spin, on
 * cores that decoding could use. Must be called before the GPU is used; without a driver it does nothing.
 */
export function sleepWhileWaiting(): void {
  try {
    const cuda = loadKoffi().load('libcuda.so.1');
    cuda.func('int cuInit(unsigned int flags)')(0);
    cuda.func('int cuDevicePrimaryCtxSetFlags_v2(int device, unsigned int flags)')(
      0,
      CU_CTX_SCHED_BLOCKING_SYNC,
    );
  } catch {
    // The provider will report what is missing.
  }
}
