import { readGpuHost } from '../native/index.js';
import type { Provider } from './provider.js';

/** For each provider, the library that loads all others that the provider needs. */
const ENTRY: Readonly<Partial<Record<Provider, string>>> = {
  tensorrt: 'libonnxruntime_providers_tensorrt.so',
  cuda: 'libonnxruntime_providers_cuda.so',
  webgpu: 'libvulkan.so.1',
};

/** What to install for a missing library, by the start of its file name; the first entry that matches counts. */
const ADVICE = [
  ['libonnxruntime_providers', 'run npm run gpu:install'],
  ['libcuda.so', 'install the NVIDIA driver, version 580 or newer'],
  ['libcudnn', 'install cuDNN 9 for CUDA 13'],
  ['libnvinfer', 'install TensorRT 10 (libnvinfer10)'],
  ['libnvonnxparser', 'install TensorRT 10 (libnvonnxparsers10)'],
  ['libnvjpeg', 'install nvJPEG for CUDA 13 (libnvjpeg-13-0), which decode.decoder gpu needs'],
  ['libcu', 'install the CUDA 13 runtime libraries'],
  ['libvulkan', 'install libvulkan1 and a GPU driver with Vulkan support'],
] as const;

/** What an operator can do about a library that cannot be opened. */
export function adviceFor(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return (
    ADVICE.find(([start]) => name.startsWith(start))?.[1] ?? 'install the package that contains it'
  );
}

/**
 * What a provider obviously lacks, so that opening it need not be tried: a GPU, or the Vulkan loader.
 *
 * @param gpus the number of GPUs that this process sees
 */
export async function whatIsMissing(provider: Provider, gpus: number): Promise<string | undefined> {
  if (provider === 'webgpu') return await explainProvider(provider);
  if (provider === 'cpu' || gpus > 0) return undefined;
  return `this process sees no NVIDIA GPU; ${adviceFor('libcuda.so')}, and check CUDA_VISIBLE_DEVICES`;
}

/** Which library is missing for a provider that could not be opened, and what to install; undefined if none is. */
export async function explainProvider(provider: Provider): Promise<string | undefined> {
  const entry = ENTRY[provider];
  if (entry === undefined) return undefined;
  const { libraries, problem } = await readGpuHost([entry]);
  if (problem !== undefined) return problem;
  const error = libraries[0]?.error;
  if (error === undefined) return undefined;
  // "libcublasLt.so.13: cannot open shared object file: …": the missing file may be a dependency of the library.
  return `${error}; ${adviceFor(error.split(':')[0] ?? entry)}`;
}
