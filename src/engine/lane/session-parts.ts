import { splitTopK } from '../graph/index.js';
import type { SessionSource } from '../provider.js';

/**
 * The sessions that a source is opened in; each gets the outputs of the one before it. There is one, except on webgpu:
 * webgpu may not support TopK and the Cast of its int64 indices, so these run in a CPU session. No other node may fall
 * back to the CPU.
 */
export function sessionParts(source: SessionSource): readonly SessionSource[] {
  const { provider, model } = source;
  if (provider !== 'webgpu' || typeof model === 'string') return [source];
  const { scores, best } = splitTopK(model);
  return [
    { ...source, model: scores },
    { provider: 'cpu', model: best, allowCpuNodes: true },
  ];
}
