import type { Millis } from './clock.js';

/** Why a batch left: it was full, its window ended, a lane was idle (window 0), or the batcher drains. */
export type DispatchReason = 'full' | 'window' | 'idle' | 'drain';

/** The limits of DESIGN section 4; names and meanings are Triton's where it has the knob. */
export interface BatchLimits {
  /** Most items run together; at least 1. */
  readonly maxBatchSize: number;
  /** Longest time a batch is held open for more items while a lane is idle; 0 holds none. */
  readonly maxQueueDelayMs: Millis;
  /** Most items accepted and not yet dispatched; at least 1. */
  readonly maxQueueSize: number;
}

/** What the policy sees of the batcher. */
export interface QueueView {
  /** Items whose pixels are here and which wait for a lane. */
  readonly waiting: number;
  /** When the oldest of them entered; meaningless when none waits. */
  readonly oldestEnteredMs: Millis;
  readonly hasIdleLane: boolean;
  readonly draining: boolean;
}

/** `idle`: nothing to do until something changes. `wait`: look again at `untilMs`. */
export type Action =
  | { readonly kind: 'idle' }
  | { readonly kind: 'wait'; readonly untilMs: Millis }
  | { readonly kind: 'dispatch'; readonly size: number; readonly reason: DispatchReason };

const IDLE: Action = { kind: 'idle' };

/**
 * Decides what to do now. Pull, not push: without an idle lane nothing leaves, and items gather; so batches
 * grow with load.
 */
export function nextAction(view: QueueView, limits: BatchLimits, now: Millis): Action {
  if (view.waiting === 0 || !view.hasIdleLane) return IDLE;
  const { maxBatchSize, maxQueueDelayMs } = limits;
  if (view.waiting >= maxBatchSize) return dispatch(maxBatchSize, 'full');
  if (view.draining) return dispatch(view.waiting, 'drain');
  if (maxQueueDelayMs === 0) return dispatch(view.waiting, 'idle');
  const untilMs = view.oldestEnteredMs + maxQueueDelayMs;
  if (now >= untilMs) return dispatch(view.waiting, 'window');
  return { kind: 'wait', untilMs };
}

function dispatch(size: number, reason: DispatchReason): Action {
  return { kind: 'dispatch', size, reason };
}
