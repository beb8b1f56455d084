import { readFileSync, writeSync } from 'node:fs';
import type { LibraryHandle } from 'koffi';
import { messageOf } from '../message-of.js';
import type { Gpu, GpuHost, LibraryProbe } from './gpu-host.js';
import { loadKoffi } from './koffi.js';
import { OrtCApi } from './ort-c-api.js';

// A program that opens the libraries named on its command line and prints what it found, one JSON object per line.

const COMPUTE_CAPABILITY_MAJOR = 75;
const COMPUTE_CAPABILITY_MINOR = 76;

const RTLD_LAZY = 1;
const PROVIDER_OF: Readonly<Record<string, 'cuda' | 'tensorrt'>> = {
  'libonnxruntime_providers_cuda.so': 'cuda',
  'libonnxruntime_providers_tensorrt.so': 'tensorrt',
};
const koffi = koffiOrEnd();
const self = koffi.load(null);
const dlopen = self.func('void *dlopen(const char *file, int flags)');
const dlerror = self.func('const char *dlerror()');

/** How to get a library's version: the function, its result, and the meaning of the number. */
const VERSIONS: Readonly<Record<string, (library: LibraryHandle) => string>> = {
  'libcudart.so.13': (library) => {
    const out = [0];
    library.func('int cudaRuntimeGetVersion(_Out_ int *version)')(out);
    return `${Math.floor(Number(out[0]) / 1000)}.${Math.floor((Number(out[0]) % 1000) / 10)}`;
  },
  'libcudnn.so.9': (library) => {
    const version = Number(library.func('size_t cudnnGetVersion()')());
    return `${Math.floor(version / 10_000)}.${Math.floor((version % 10_000) / 100)}.${version % 100}`;
  },
  'libnvinfer.so.10': (library) => {
    const version = Number(library.func('int getInferLibVersion()')());
    return `${Math.floor(version / 10_000)}.${Math.floor((version % 10_000) / 100)}.${version % 100}`;
  },
};

/** Without koffi no library can be opened, so its absence is the whole result. */
function koffiOrEnd(): ReturnType<typeof loadKoffi> {
  try {
    return loadKoffi();
  } catch (error) {
    print({ gpus: [], problem: messageOf(error) });
    process.exit();
  }
}

function probe(file: string): LibraryProbe {
  const provider = PROVIDER_OF[file];
  try {
    // A provider's library can only be loaded in the way in which the runtime loads it.
    if (provider) new OrtCApi().loadProvider(provider);
    // Not koffi.load, whose error does not name the missing library, which may be a dependency of this one.
    else if (dlopen(file, RTLD_LAZY) === null) return { file, error: String(dlerror()) };
    const path = mappedPath(file);
    const version = VERSIONS[file]?.(koffi.load(file));
    return { file, ...(path ? { path } : {}), ...(version ? { version } : {}) };
  } catch (error) {
    const message = messageOf(error);
    return { file, error: message.split('with error: ').at(-1)?.trim() ?? message };
  }
}

/** The file that the dynamic linker chose, which may have a longer name: libcudnn.so.9.14.0. */
function mappedPath(file: string): string | undefined {
  const stem = file.replace(/\.so(\..*)?$/, '.so');
  const maps = readFileSync('/proc/self/maps', 'utf8');
  return maps
    .split('\n')
    .map((line) => line.slice(line.indexOf('/')))
    .find((path) => path.slice(path.lastIndexOf('/') + 1).startsWith(stem));
}

/** Part of the file name of the driver's library: libcuda.so.580.159.04. */
function driverVersion(): string | undefined {
  dlopen('libcuda.so.1', RTLD_LAZY);
  return /\.so\.(\d+\.[\d.]+)$/.exec(mappedPath('libcuda.so.1') ?? '')?.[1];
}

/** Uses the driver API, which comes with the driver; the runtime API would need CUDA. */
function listGpus(): Gpu[] {
  let cuda: LibraryHandle;
  try {
    cuda = koffi.load('libcuda.so.1');
  } catch {
    return [];
  }
  const count = [0];
  if (cuda.func('int cuInit(unsigned int flags)')(0) !== 0) return [];
  if (cuda.func('int cuDeviceGetCount(_Out_ int *count)')(count) !== 0) return [];
  const getName = cuda.func('int cuDeviceGetName(_Out_ uint8_t *name, int length, int device)');
  const getUuid = cuda.func('int cuDeviceGetUuid(_Out_ uint8_t *uuid, int device)');
  const getAttribute = cuda.func(
    'int cuDeviceGetAttribute(_Out_ int *value, int attribute, int device)',
  );
  const getMemory = cuda.func('int cuDeviceTotalMem_v2(_Out_ size_t *bytes, int device)');
  return Array.from({ length: Number(count[0]) }, (_, device) => {
    const name = new Uint8Array(256);
    const uuid = new Uint8Array(16);
    const [major, minor, bytes] = [[0], [0], [0]];
    getName(name, name.length, device);
    getUuid(uuid, device);
    getAttribute(major, COMPUTE_CAPABILITY_MAJOR, device);
    getAttribute(minor, COMPUTE_CAPABILITY_MINOR, device);
    getMemory(bytes, device);
    return {
      name: Buffer.from(name).toString('utf8').replace(/\0.*$/s, ''),
      uuid: `GPU-${Buffer.from(uuid)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`,
      computeCapability: `${major[0]}.${minor[0]}`,
      memoryBytes: Number(bytes[0]),
    };
  });
}

// One line per result: if a library crashes the process, the earlier results are known.
const driver = driverVersion();
print({ ...(driver === undefined ? {} : { driver }), gpus: listGpus() });
for (const file of process.argv.slice(2)) print(probe(file));

function print(line: Omit<GpuHost, 'libraries'> | LibraryProbe): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}
