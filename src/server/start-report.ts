import type { Engine, Model } from '../engine/index.js';
import type { Config } from './config.js';
import type { StartReport } from './process-messages.js';
import type { ProcessPlan } from './supervisor/plan-processes.js';

interface Facts {
  readonly config: Config;
  readonly plan: ProcessPlan;
  readonly model: Model;
  readonly engine: Engine;
  readonly threads: number;
  readonly address: string;
  readonly port: number;
}

/** What the supervisor prints when a process is ready: what runs, on what, within which limits, and where. */
export function startReport(facts: Facts): StartReport {
  const { config, plan, model, engine, threads, address, port } = facts;
  const { batching, decode } = config;
  const { width, height } = model.manifest.input;
  const host = address.includes(':') ? `[${address}]` : address;
  const lanes = engine.lanes.length === 1 ? '1 lane' : `${engine.lanes.length} lanes`;
  const on = plan.gpu ? ` on ${plan.gpu.name}` : '';
  const { profileBatchSize } = engine;
  return {
    model: `${model.manifest.name}, ${model.labels.length} classes, input ${width}x${height}, from ${config.model}`,
    engine: `${engine.provider}${on}, ${lanes}, warm in ${engine.warmUpMs.toFixed(0)} ms`,
    provider: engine.provider,
    curve: engine.curve,
    decoder: `${decode.decoder}, ${threads} threads, up to ${decode.maxPixels / 1e6} megapixels`,
    batching: `${sizesText(batching)}, window ${batching.maxQueueDelayMs} ms, queue of ${batching.maxQueueSize}`,
    address: `http://${host}:${port}`,
    ...(profileBatchSize === undefined ? {} : { profileBatchSize }),
  };
}

function sizesText({ maxBatchSize, allowedBatchSizes }: Config['batching']): string {
  return allowedBatchSizes.length > 0
    ? `batches of ${allowedBatchSizes.join(', ')} images`
    : `up to ${maxBatchSize} images`;
}
