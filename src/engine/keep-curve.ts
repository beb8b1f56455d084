import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model } from './model-folder.js';
import type { Engine } from './open-engine.js';
import { graphSha256 } from './tensorrt/engine-facts.js';

/**
 * Keeps a latency curve beside its model, by provider and device, for people and for later runs to compare with. A
 * folder that cannot be written to is no fault: the curve is measured at every start.
 */
export async function keepCurve(
  modelFolder: string,
  { graph }: Model,
  { provider, lanes, curve }: Engine,
  device: string,
): Promise<void> {
  const folder = join(modelFolder, 'latency-curves');
  const name = `${provider}-${device.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.json`;
  const record = {
    graphSha256: graphSha256(graph),
    provider,
    device,
    lanes: lanes.length,
    measuredAt: new Date().toISOString(),
    curve,
  };
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, name), `${JSON.stringify(record, null, 2)}\n`);
  } catch {
    // Read-only, as in a container.
  }
}
