import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A GPU that this process may use: CUDA_VISIBLE_DEVICES has been applied. */
export interface Gpu {
  readonly name: string;
  /** "GPU-…", which CUDA_VISIBLE_DEVICES takes. */
  readonly uuid: string;
  readonly computeCapability: string;
  readonly memoryBytes: number;
}

/** A shared library that a provider needs, and whether it can be opened. */
export interface LibraryProbe {
  readonly file: string;
  /** Where it was found. */
  readonly path?: string;
  readonly version?: string;
  /** What dlopen said. */
  readonly error?: string;
}

/** What this host has for GPUs. */
export interface GpuHost {
  /** Version of the kernel driver; undefined where there is none. */
  readonly driver?: string;
  readonly gpus: readonly Gpu[];
  /** Why nothing could be looked at: a sentence for the operator. */
  readonly problem?: string;
  readonly libraries: readonly LibraryProbe[];
}

/** Libraries of the engine: CUDA, cuDNN, TensorRT, the providers of ONNX Runtime, Vulkan's loader; and nvJPEG. */
export const GPU_LIBRARIES = [
  'libcuda.so.1',
  'libcudart.so.13',
  'libcublas.so.13',
  'libcublasLt.so.13',
  'libcurand.so.10',
  'libcudnn.so.9',
  'libnvinfer.so.10',
  'libnvonnxparser.so.10',
  'libonnxruntime_providers_cuda.so',
  'libonnxruntime_providers_tensorrt.so',
  'libvulkan.so.1',
  'libnvjpeg.so.13',
] as const;

const PROBE = fileURLToPath(new URL('./probe-gpu-host.js', import.meta.url));
const PROBE_TIMEOUT_MS = 60_000;

/**
 * Opens the libraries in a process of its own, so that none of them stays in this one and a driver that crashes does
 * not take it along.
 *
 * @param libraries which to open; none lists the GPUs only
 */
export function readGpuHost(libraries: readonly string[] = []): Promise<GpuHost> {
  return new Promise((resolve, reject) => {
    const options = { timeout: PROBE_TIMEOUT_MS };
    execFile(
      process.execPath,
      [...process.execArgv, PROBE, ...libraries],
      options,
      (error, stdout) => {
        const [host, ...probes] = stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line));
        if (host === undefined) {
          reject(error ?? new Error('the probe said nothing'));
          return;
        }
        // Some libraries crash when they are opened without what they expect; that one, and those after it.
        const why = host.problem ?? 'opening it, or one before it, crashed';
        const unopened = libraries
          .slice(probes.length)
          .map((file) => ({ file, error: `${file}: ${why}` }));
        resolve({ ...host, libraries: [...probes, ...unopened] });
      },
    );
  });
}
