import { counted } from './counted.js';
import type { HttpResult } from './figures.js';

/** Model, provider, device and decoder of a run. */
export function titleOf({ model, provider, device, config }: HttpResult): string {
  const on = device === 'cpu' ? '' : ` on ${device}`;
  const decoder = config.decode?.decoder ?? 'native';
  return `${model}, ${provider}${on}${decoder === 'native' ? '' : `, decoder ${decoder}`}`;
}

/** The same with what else tells runs apart: the images and the number of serving processes. */
export function longTitle(result: HttpResult): string {
  const { images, processes } = result;
  const size = `${(images.meanBytes / 1000).toFixed(0)} kB`;
  return `${titleOf(result)}: images of ${size}, ${counted(processes, 'process')}`;
}
