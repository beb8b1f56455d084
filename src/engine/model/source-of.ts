import type { SessionSource } from '../provider.js';
import type { Model } from './model-folder.js';

/** What a lane on the CPU opens of a model. */
export function sourceOf({ graph, weights }: Model): SessionSource {
  return { provider: 'cpu', model: graph, weightsFolder: weights?.folder, allowCpuNodes: true };
}
