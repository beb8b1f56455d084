import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A GPU that this process may use, as CUDA_VISIBLE_DEVICES allows. */
export interface Gpu {
  readonly name: string;
  /** "GPU-…", a value that CUDA_VISIBLE_DEVICES accepts. */
  readonly uuid: string;
  readonly computeCapability: string;
  readonly memoryBytes: number;
}

/** A shared library that a provider needs, and whether it can be opened. */
export interface LibraryProbe {
  readonly file: string;
  /** The path where it was found. */
  readonly path?: string;
  readonly version?: string;
  /** The error from dlopen. */
  readonly error?: string;
}

/** The GPUs, the driver and the libraries of this host. */
export interface GpuHost {
  /** Version of the kernel driver; undefined if there is none. */
  readonly driver?: string;
  readonly gpus: readonly Gpu[];
  /** Why the GPUs and libraries cannot be looked at, for the operator; undefined if they can. */
  readonly problem?: string;
  readonly libraries: readonly LibraryProbe[];
}

/** Libraries that the engine uses: CUDA, cuDNN, TensorRT, ONNX Runtime's providers, the Vulkan loader; and nvJPEG. */
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
 * Opens the libraries in a separate process, so that none of them stays loaded in this one, and so that a driver that
 * crashes does not crash this process.
 *
 * @param libraries the files to open; if empty, only the GPUs are listed
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
          reject(error ?? new Error('the probe printed nothing'));
          return;
        }
        // Some libraries crash if one of their dependencies is missing. No result means that it, or one before it,
        // crashed.
        const why = host.problem ?? 'opening it, or a library before it, crashed';
        const unopened = libraries
          .slice(probes.length)
          .map((file) => ({ file, error: `${file}: ${why}` }));
        resolve({ ...host, libraries: [...probes, ...unopened] });
      },
    );
  });
}
