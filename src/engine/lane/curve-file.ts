import { join } from 'node:path';

/** The folder, inside that of a model, in which what was measured of its lanes is kept. */
export const CURVES_FOLDER = 'latency-curves';

/**
 * Where a curve of a model is kept.
 *
 * @param kind what tells it from the curve that the server keeps
 */
export function curveFile(
  modelFolder: string,
  provider: string,
  device: string,
  kind: '' | '-runs' = '',
): string {
  const slug = device.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return join(modelFolder, CURVES_FOLDER, `${provider}-${slug}${kind}.json`);
}
