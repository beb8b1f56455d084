import type { Engine, Model } from '../../engine/index.js';
import type { Config } from '../config/config.js';
import type { ProcessPlan } from './plan-processes.js';
import type { ModelReport, StartReport } from './process-messages.js';

interface ModelFacts {
  readonly folder: string;
  readonly plan: ProcessPlan;
  readonly model: Model;
  readonly engine: Engine;
}

/** What the supervisor prints about one model, and what later processes reuse. */
export function modelReport({ folder, plan, model, engine }: ModelFacts): ModelReport {
  const { width, height } = model.manifest.input;
  const lanes = engine.lanes.length === 1 ? '1 lane' : `${engine.lanes.length} lanes`;
  const on = plan.gpu ? ` on ${plan.gpu.name}` : '';
  const { provider, curve, warmUpMs, profileBatchSize } = engine;
  return {
    model: `${model.manifest.name}, ${model.labels.length} classes, input ${width}x${height}, from ${folder}`,
    engine: `${provider}${on}, ${lanes}, warmed up in ${warmUpMs.toFixed(0)} ms`,
    provider,
    curve,
    batch: model.batch,
    ...(profileBatchSize === undefined ? {} : { profileBatchSize }),
  };
}

interface ProcessFacts {
  readonly config: Config;
  readonly models: readonly ModelReport[];
  /** The decoder and its number of threads. */
  readonly decoder: string;
}

/** What the supervisor prints when a process is ready: what runs, on which device, with which limits, and where. */
export function startReport(facts: ProcessFacts): StartReport {
  const { config, models, decoder } = facts;
  const { batching, decode, server } = config;
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  return {
    models,
    decoder: `${decoder}, up to ${decode.maxPixels / 1e6} megapixels`,
    batching: `${sizesText(batching)}, window ${batching.maxQueueDelayMs} ms, queue of ${batching.maxQueueSize}`,
    address: `http://${host}:${server.port}`,
    hasPage: server.page,
  };
}

function sizesText({ maxBatchSize, allowedBatchSizes }: Config['batching']): string {
  return allowedBatchSizes.length > 0
    ? `batches of ${allowedBatchSizes.join(', ')} images`
    : `up to ${maxBatchSize} images`;
}
