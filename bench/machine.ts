import { availableParallelism, cpus, totalmem } from 'node:os';
import { env } from 'onnxruntime-node';
import type { Gpu } from '../src/engine/index.js';

/** What a result must say of where it came from. */
export function machine(gpus: readonly Gpu[] = []) {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    gpus: gpus.map(({ name }) => name),
    node: process.version,
    onnxruntime: env.versions.node ?? env.versions.common,
  };
}
