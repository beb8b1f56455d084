import { splitTopK } from '../graph/index.js';
import type { SessionSource } from '../provider.js';

/**
 * The sessions that a source becomes, each fed with what the one before it gives. One, but for webgpu: TopK
 * and the Cast of its int64 indices, which it may not take, get a session on the CPU, and nothing else may fall back.
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
