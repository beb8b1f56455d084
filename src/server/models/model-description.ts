import type { Engine, Model } from '../../engine/index.js';
import type { Config } from '../config/config.js';
import type { ProcessPlan } from '../supervisor/plan-processes.js';

/** One size of the latency curve of one lane. */
export interface CurveEntry {
  readonly batchSize: number;
  readonly ms: number;
  readonly imagesPerSecond: number;
}

/** The answer of GET /v2/models/{name}. */
export interface ModelDescription {
  readonly name: string;
  readonly description?: string;
  readonly input: { readonly width: number; readonly height: number };
  readonly labels: number;
  readonly provider: string;
  readonly device: string;
  readonly lanes: number;
  /** The current limits. */
  readonly batching: Config['batching'];
  readonly latencyCurve: readonly CurveEntry[];
}

export function describeModel(
  { manifest, labels }: Model,
  engine: Engine,
  { gpu }: ProcessPlan,
  batching: Config['batching'],
): ModelDescription {
  const { name, description, input } = manifest;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    input: { width: input.width, height: input.height },
    labels: labels.length,
    provider: engine.provider,
    device: gpu && engine.provider !== 'cpu' ? gpu.name : 'cpu',
    lanes: engine.lanes.length,
    batching,
    latencyCurve: engine.curve.map(({ batchSize, ms }) => ({
      batchSize,
      ms,
      imagesPerSecond: Math.round((1000 * batchSize) / ms),
    })),
  };
}
