import type { Lane, Model } from '../engine/index.js';
import type { Config } from './config.js';
import type { StartReport } from './process-messages.js';

interface Facts {
  readonly config: Config;
  readonly model: Model;
  readonly lane: Lane;
  readonly threads: number;
  readonly address: string;
  readonly port: number;
}

/** What the supervisor prints when a process is ready: what runs, on what, within which limits, and where. */
export function startReport({ config, model, lane, threads, address, port }: Facts): StartReport {
  const { batching, decode } = config;
  const { width, height } = model.manifest.input;
  const host = address.includes(':') ? `[${address}]` : address;
  return {
    model: `${model.manifest.name}, ${model.labels.length} classes, input ${width}x${height}, from ${config.model}`,
    engine: `cpu, 1 lane, warm in ${lane.warmUpMs.toFixed(0)} ms`,
    curve: `${lane.curve.map(({ batchSize, ms }) => `${batchSize}: ${ms.toPrecision(3)}`).join(', ')} ms a batch`,
    decoder: `${decode.decoder}, ${threads} threads, up to ${decode.maxPixels / 1e6} megapixels`,
    batching: `${sizesText(batching)}, window ${batching.maxQueueDelayMs} ms, queue of ${batching.maxQueueSize}`,
    address: `http://${host}:${port}`,
  };
}

function sizesText({ maxBatchSize, allowedBatchSizes }: Config['batching']): string {
  return allowedBatchSizes.length > 0
    ? `batches of ${allowedBatchSizes.join(', ')} images`
    : `up to ${maxBatchSize} images`;
}
