import type { BatchFinding, MeasuredBatch, Provider } from '../../engine/index.js';
import type { Config } from '../config/config.js';
import type { ProcessCount } from '../lifecycle.js';
import type { ProcessPlan } from './plan-processes.js';

/** How a serving process runs one model: lines for the start-up report, and what later processes reuse. */
export interface ModelReport {
  readonly model: string;
  readonly engine: string;
  readonly provider: Provider;
  readonly curve: readonly MeasuredBatch[];
  readonly batch: BatchFinding;
  /** The largest batch that the engine can run; undefined if there is no limit. */
  readonly profileBatchSize?: number;
}

/** What a serving process reports to the supervisor once it is warm. */
export interface StartReport {
  readonly models: readonly ModelReport[];
  readonly decoder: string;
  readonly batching: string;
  readonly address: string;
  /** Whether the address has a page for browsers. */
  readonly hasPage: boolean;
}

/** The data with which a serving process starts. */
export interface ServingOrders {
  readonly config: Config;
  readonly plan: ProcessPlan;
  /** One report per model, from an earlier process on the same kind of device. */
  readonly earlierReports?: readonly ModelReport[];
}

/** The environment variable that passes the orders to the process, as JSON. */
export const ORDERS_VARIABLE = 'BATCH_DISPATCH_ORDERS';

/** One metrics registry in the form in which prom-client aggregates them. */
export type MetricsJson = readonly object[];

/** From a serving process. */
export type FromServingProcess =
  | { readonly kind: 'ready'; readonly report: StartReport }
  | { readonly kind: 'availability'; readonly isReady: boolean }
  /** A heartbeat: its event loop runs. */
  | { readonly kind: 'beat' }
  /** The number of its open connections, if several processes share a socket. */
  | { readonly kind: 'connections'; readonly open: number }
  /** Asks for the metrics of all processes. */
  | { readonly kind: 'metricsWanted'; readonly id: number }
  | { readonly kind: 'metrics'; readonly id: number; readonly metrics: MetricsJson };

/** From the supervisor to a serving process. */
export type FromSupervisor =
  /** Accept connections from now on. */
  | { readonly kind: 'listen' }
  | { readonly kind: 'drain' }
  | { readonly kind: 'batching'; readonly batching: Config['batching'] }
  | { readonly kind: 'processes'; readonly processes: ProcessCount }
  /** How many connections the process should hold, or NO_CONNECTIONS. */
  | { readonly kind: 'share'; readonly connections: number }
  | { readonly kind: 'collectMetrics'; readonly id: number }
  | { readonly kind: 'allMetrics'; readonly id: number; readonly text: string };

/** The number of metrics that were not asked for. */
export const UNASKED = -1;

/** The share of a process that should not accept while others do. */
export const NO_CONNECTIONS = Number.MIN_SAFE_INTEGER;

/** Interval of a serving process's heartbeats. */
export const BEAT_INTERVAL_MS = 250;

/** Shortest interval at which the number of connections and the share are reported. */
export const SHARE_INTERVAL_MS = 50;

/** The descriptor of the socket from which all serving processes accept; 3 is the channel to the supervisor. */
export const SOCKET_DESCRIPTOR = 4;

/** The descriptor of the log, which is the supervisor's stdout. */
export const LOG_DESCRIPTOR = 5;

/** How long a draining process waits for its last answers to leave, and for uploads that it has not accepted. */
export const LINGER_MS = 1000;
