import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageKindFigures } from './figures.js';
import { type RunOptions, runCases, type Variant } from './run-cases.js';

const ALL = readdirSync('images')
  .filter((name) => name.endsWith('.jpg'))
  .map((name) => join('images', name));

const KINDS: Readonly<Record<string, readonly string[]>> = {
  '227x227, 16 kB': ['images/2.jpg'],
  '500x375, 102 kB': ['images/3.jpg'],
  '12 megapixels, 305 kB': ['images/8.jpg'],
  'all embedded images in turn': ALL,
};

/** Measures one setting with images of each size, at the largest number of connections in the run, but at most 64. */
export async function imageKinds(
  variant: Variant,
  options: RunOptions,
): Promise<ImageKindFigures[]> {
  const connections = Math.min(64, Math.max(...options.connections));
  const figures: ImageKindFigures[] = [];
  for (const [kind, images] of Object.entries(KINDS)) {
    const [one] = await runCases([variant], {
      ...options,
      images,
      connections: [connections],
      rounds: 1,
    });
    if (!one) continue;
    const { requestsPerSecond, p50Ms, p99Ms, stagesMs } = one;
    const decodeMs = stagesMs.decode;
    figures.push({ kind, connections, requestsPerSecond, p50Ms, p99Ms, decodeMs });
  }
  return figures;
}
