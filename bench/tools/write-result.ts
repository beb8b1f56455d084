import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname } from 'node:path';
import { env } from 'onnxruntime-node';

/** Keeps the figures of a run as JSON, with what a reader needs to place them. */
export function writeResult(file: string, figures: object): void {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const machine = { cpu: cpus()[0]?.model, cores: availableParallelism() };
  const onnxruntime = env.versions.node ?? env.versions.common;
  const versions = { 'batch-dispatch': version, node: process.version, onnxruntime };
  const date = new Date().toISOString();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ date, machine, versions, ...figures }, null, 2)}\n`);
}
