import { chooseBatchSize, padUp } from './batch-size.js';
import type { Millis } from './clock.js';
import type { LatencyCurve } from './latency-curve.js';

/**
 * Why a batch left: it was full, its window ended, a lane was idle (window 0), an item's deadline would have been
 * missed by waiting longer, or the batcher drains.
 */
export const DISPATCH_REASONS = ['full', 'window', 'idle', 'deadline', 'drain'] as const;
export type DispatchReason = (typeof DISPATCH_REASONS)[number];

/** The limits of DESIGN section 4; names and meanings are Triton's where it has the knob. */
export interface BatchLimits {
  /** Most items run together; at least 1. */
  readonly maxBatchSize: number;
  /** Longest time a batch is held open for more items while a lane is idle; 0 holds none. */
  readonly maxQueueDelayMs: Millis;
  /** Sizes a lane may run, rising, the last being `maxBatchSize`; empty allows every size. */
  readonly allowedBatchSizes: readonly number[];
  /** Most items accepted and not yet dispatched; at least 1. */
  readonly maxQueueSize: number;
}

/** What the policy sees of the batcher. */
export interface QueueView {
  /** Items whose pixels are here and which wait for a lane. */
  readonly waiting: number;
  /** When the oldest of them entered; meaningless when none waits. */
  readonly oldestEnteredMs: Millis;
  /** The nearest of their deadlines. */
  readonly earliestDeadlineMs: () => Millis;
  readonly hasIdleLane: boolean;
  readonly draining: boolean;
}

/** `idle`: nothing to do until something changes. `wait`: look again at `untilMs`. */
export type Action =
  | { readonly kind: 'idle' }
  | { readonly kind: 'wait'; readonly untilMs: Millis }
  | { readonly kind: 'dispatch'; readonly size: number; readonly reason: DispatchReason };

/** The curve is what a lane can do; a batch among other work takes longer. */
const RUN_MARGIN = 1.5;
/** For timers, which are late by up to a tick, and for the way of the answer. */
const TIMER_MARGIN_MS = 2;

const IDLE: Action = { kind: 'idle' };

/**
 * Decides what to do now. Pull, not push: without an idle lane nothing leaves, and items gather; so batches
 * grow with load.
 */
export function nextAction(
  view: QueueView,
  limits: BatchLimits,
  curve: LatencyCurve,
  now: Millis,
): Action {
  const { waiting } = view;
  if (waiting === 0 || !view.hasIdleLane) return IDLE;
  const { maxBatchSize, maxQueueDelayMs, allowedBatchSizes } = limits;
  if (waiting >= maxBatchSize) return dispatch(maxBatchSize, 'full');
  const size = chooseBatchSize(waiting, allowedBatchSizes, curve);
  if (view.draining) return dispatch(size, 'drain');
  if (maxQueueDelayMs === 0) return dispatch(size, 'idle');
  const windowEndsMs = view.oldestEnteredMs + maxQueueDelayMs;
  if (now >= windowEndsMs) return dispatch(size, 'window');
  const runMs = RUN_MARGIN * curve.msOf(padUp(waiting, allowedBatchSizes));
  const latestStartMs = view.earliestDeadlineMs() - runMs - TIMER_MARGIN_MS;
  // All of them: splitting might leave the urgent one behind.
  if (now >= latestStartMs) return dispatch(waiting, 'deadline');
  return { kind: 'wait', untilMs: Math.min(windowEndsMs, latestStartMs) };
}

function dispatch(size: number, reason: DispatchReason): Action {
  return { kind: 'dispatch', size, reason };
}
