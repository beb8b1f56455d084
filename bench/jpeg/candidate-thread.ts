import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { readImageHeader } from '../../src/decode/index.js';
import { CANDIDATES } from './candidates.js';

// One thread of a measurement: decodes all files repeatedly until the time is over, and reports how many.

export interface CandidateThreadData {
  readonly candidate: string;
  readonly packages: string;
  readonly files: readonly string[];
  readonly seconds: number;
}

const { candidate, packages, files, seconds } = workerData as CandidateThreadData;
const decode = await CANDIDATES[candidate]?.(packages);
const images = files.map((file) => {
  const bytes = readFileSync(file);
  return { bytes, size: readImageHeader(bytes, { maxPixels: 100e6 }) };
});
/** Decodes the files from the first one on until `ms` have passed. */
async function decodeFor(ms: number): Promise<{ images: number; ms: number }> {
  const startedMs = performance.now();
  for (let count = 0; ; ) {
    for (const { bytes, size } of images) {
      await decode?.(bytes, size);
      count++;
    }
    const passedMs = performance.now() - startedMs;
    if (passedMs >= ms) return { images: count, ms: passedMs };
  }
}

await decodeFor(0);
parentPort?.postMessage(await decodeFor(seconds * 1000));
