import type { Config } from './config.js';
import type { ProcessCount } from './lifecycle.js';

/** What a serving process tells the supervisor once it is warm: the lines of the start-up report. */
export interface StartReport {
  readonly model: string;
  readonly engine: string;
  readonly curve: string;
  readonly decoder: string;
  readonly batching: string;
  readonly address: string;
}

/** From a serving process. `beat` says that its event loop turns. */
export type FromServingProcess =
  | { readonly kind: 'ready'; readonly report: StartReport }
  | { readonly kind: 'availability'; readonly isReady: boolean }
  | { readonly kind: 'beat' };

/** From the supervisor. */
export type FromSupervisor =
  | { readonly kind: 'drain' }
  | { readonly kind: 'batching'; readonly batching: Config['batching'] }
  | { readonly kind: 'processes'; readonly processes: ProcessCount };

/** The configuration travels to a serving process in this variable of its environment, as JSON. */
export const CONFIG_VARIABLE = 'BATCH_DISPATCH_CONFIG';

/** How often a serving process beats. */
export const BEAT_INTERVAL_MS = 250;
