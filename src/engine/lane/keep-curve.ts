import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Model } from '../model/model.js';
import { modelSha256 } from '../model/weight-files.js';
import type { Engine } from '../open-engine.js';
import { curveFile } from './curve-file.js';

/**
 * Saves a latency curve beside its model, by provider and device, for people and for comparison with later runs. A
 * folder that is not writable is not an error, because the curve is measured at every start.
 */
export async function keepCurve(
  modelFolder: string,
  { graph, weights }: Model,
  { provider, lanes, curve }: Engine,
  device: string,
): Promise<void> {
  const file = curveFile(modelFolder, provider, device);
  const record = {
    graphSha256: await modelSha256(graph, weights),
    provider,
    device,
    lanes: lanes.length,
    measuredAt: new Date().toISOString(),
    curve,
  };
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(record, null, 2)}\n`);
  } catch {
    // The folder is read-only, for example in a container.
  }
}
