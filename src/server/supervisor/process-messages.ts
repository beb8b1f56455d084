import type { BatchFinding, MeasuredBatch, Provider } from '../../engine/index.js';
import type { Config } from '../config/config.js';
import type { ProcessCount } from '../models/lifecycle.js';
import type { ProcessPlan } from './plan-processes.js';

/** What a serving process took for one model: lines of the start-up report, and what its successors take over. */
export interface ModelReport {
  readonly model: string;
  readonly engine: string;
  readonly provider: Provider;
  readonly curve: readonly MeasuredBatch[];
  readonly batch: BatchFinding;
  /** The largest batch that the engine can run; undefined if there is no bound. */
  readonly profileBatchSize?: number;
}

/** What a serving process tells the supervisor once it is warm. */
export interface StartReport {
  readonly models: readonly ModelReport[];
  readonly decoder: string;
  readonly batching: string;
  readonly address: string;
}

/** What a serving process starts with. */
export interface ServingOrders {
  readonly config: Config;
  readonly plan: ProcessPlan;
  /** Of each model, by an earlier process on the same kind of device. */
  readonly taken?: readonly ModelReport[];
}

/** It travels in this variable of the process's environment, as JSON. */
export const ORDERS_VARIABLE = 'BATCH_DISPATCH_ORDERS';

/** One registry as prom-client writes it for aggregation. */
export type MetricsJson = readonly object[];

/** From a serving process. `beat` says that its event loop turns; `metricsWanted` asks for those of all. */
export type FromServingProcess =
  | { readonly kind: 'ready'; readonly report: StartReport }
  | { readonly kind: 'availability'; readonly isReady: boolean }
  | { readonly kind: 'beat' }
  | { readonly kind: 'metricsWanted'; readonly id: number }
  | { readonly kind: 'metrics'; readonly id: number; readonly metrics: MetricsJson };

/** From the supervisor. */
export type FromSupervisor =
  | { readonly kind: 'drain' }
  | { readonly kind: 'batching'; readonly batching: Config['batching'] }
  | { readonly kind: 'processes'; readonly processes: ProcessCount }
  | { readonly kind: 'collectMetrics'; readonly id: number }
  | { readonly kind: 'allMetrics'; readonly id: number; readonly text: string };

/** How often a serving process beats. */
export const BEAT_INTERVAL_MS = 250;
