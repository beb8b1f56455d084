import { join } from 'node:path';

/** The folder inside a model's folder that holds the measurements of its lanes. */
export const CURVES_FOLDER = 'latency-curves';

/**
 * The path of a model's curve file.
 *
 * @param kind suffix that distinguishes it from the curve that the server saves
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
