import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname } from 'node:path';
import { env } from 'onnxruntime-node';
import { readGpuHost } from '../../src/native/index.js';

export interface Machine {
  readonly cpu: string | undefined;
  readonly cores: number;
}

/** What a GPU's figures depend on. */
const GPU_LIBRARIES = {
  cuda: 'libcudart.so.13',
  cudnn: 'libcudnn.so.9',
  tensorrt: 'libnvinfer.so.10',
} as const;

/** Writes the figures of a run as JSON, with the machine, the versions and the date. */
export async function writeResult(file: string, figures: object): Promise<void> {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const machine: Machine = { cpu: cpus()[0]?.model, cores: availableParallelism() };
  const onnxruntime = env.versions.node ?? env.versions.common;
  const versions = {
    'batch-dispatch': version,
    node: process.version,
    onnxruntime,
    ...(await gpuVersions()),
  };
  const date = new Date().toISOString();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ date, machine, versions, ...figures }, null, 2)}\n`);
}

/** The versions of the driver and of the libraries, where there is a GPU. */
async function gpuVersions(): Promise<Record<string, string>> {
  const { driver, gpus, libraries } = await readGpuHost(Object.values(GPU_LIBRARIES));
  if (driver === undefined || gpus.length === 0) return {};
  const found = Object.entries(GPU_LIBRARIES).flatMap(([name, file]) => {
    const version = libraries.find((library) => library.file === file)?.version;
    return version === undefined ? [] : [[name, version] as const];
  });
  return { driver, ...Object.fromEntries(found) };
}

/** Reads a file that `writeResult` wrote. */
export function readResult<R>(file: string): R {
  return JSON.parse(readFileSync(file, 'utf8')) as R;
}
