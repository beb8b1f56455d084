import { readGpuHost } from '../native/gpu-host.js';
import type { Provider } from './provider.js';

/** The library whose opening opens all that a provider needs. */
const ENTRY: Readonly<Partial<Record<Provider, string>>> = {
  tensorrt: 'libonnxruntime_providers_tensorrt.so',
  cuda: 'libonnxruntime_providers_cuda.so',
  webgpu: 'libvulkan.so.1',
};

/** What to install for a library, by the beginning of its name; the first that fits. */
const ADVICE = [
  ['libonnxruntime_providers', 'run npm run gpu:install'],
  ['libcuda.so', 'install the NVIDIA driver, 580 or newer'],
  ['libcudnn', 'install cuDNN 9 for CUDA 13'],
  ['libnvinfer', 'install TensorRT 10 (libnvinfer10)'],
  ['libnvonnxparser', 'install TensorRT 10 (libnvonnxparsers10)'],
  ['libnvjpeg', 'install nvJPEG of CUDA 13 (libnvjpeg-13-0), for decode.decoder gpu'],
  ['libcu', 'install the CUDA 13 runtime libraries'],
  ['libvulkan', 'install libvulkan1 and the Vulkan part of the driver'],
] as const;

/** What an operator does about a library that cannot be opened. */
export function adviceFor(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return ADVICE.find(([start]) => name.startsWith(start))?.[1] ?? 'install what has it';
}

/**
 * What a provider plainly misses, so that opening it need not be tried: a GPU, or the Vulkan loader.
 *
 * @param gpus that this process sees
 */
export async function whatIsMissing(provider: Provider, gpus: number): Promise<string | undefined> {
  if (provider === 'webgpu') return await explainProvider(provider);
  if (provider === 'cpu' || gpus > 0) return undefined;
  return `this process sees no NVIDIA GPU; ${adviceFor('libcuda.so')}, and look at CUDA_VISIBLE_DEVICES`;
}

/** Which library a provider that could not be opened misses, and what to install; undefined if none. */
export async function explainProvider(provider: Provider): Promise<string | undefined> {
  const entry = ENTRY[provider];
  if (entry === undefined) return undefined;
  const { libraries, problem } = await readGpuHost([entry]);
  if (problem !== undefined) return problem;
  const error = libraries[0]?.error;
  if (error === undefined) return undefined;
  // "libcublasLt.so.13: cannot open shared object file: …"; what is missing may be what the library needs.
  return `${error}; ${adviceFor(error.split(':')[0] ?? entry)}`;
}
