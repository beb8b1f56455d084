import type { SessionSource } from '../provider.js';
import type { Model } from './model.js';

/** What a lane on the CPU opens. */
export function sourceOf({ graph, weights }: Model): SessionSource {
  return { provider: 'cpu', model: graph, weightsFolder: weights?.folder, allowCpuNodes: true };
}
