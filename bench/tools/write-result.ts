import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname } from 'node:path';
import { env } from 'onnxruntime-node';

export interface Machine {
  readonly cpu: string | undefined;
  readonly cores: number;
}

/** Writes the figures of a run as JSON, with the machine, the versions and the date. */
export function writeResult(file: string, figures: object): void {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const machine: Machine = { cpu: cpus()[0]?.model, cores: availableParallelism() };
  const onnxruntime = env.versions.node ?? env.versions.common;
  const versions = { 'batch-dispatch': version, node: process.version, onnxruntime };
  const date = new Date().toISOString();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ date, machine, versions, ...figures }, null, 2)}\n`);
}

/** Reads a file that `writeResult` wrote. */
export function readResult<R>(file: string): R {
  return JSON.parse(readFileSync(file, 'utf8')) as R;
}
