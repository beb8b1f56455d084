import { chooseBatchSize, padUp } from './batch-size.js';
import type { Millis } from './clock.js';
import type { LatencyCurve } from './latency-curve.js';

/**
 * Why a batch left: it was full; its window ended; a lane was idle (with window 0); waiting longer would have missed an
 * item's deadline; or the batcher drains.
 */
export const DISPATCH_REASONS = ['full', 'window', 'idle', 'deadline', 'drain'] as const;
export type DispatchReason = (typeof DISPATCH_REASONS)[number];

/** The limits of batching. Names and meanings follow Triton where it has the same setting. */
export interface BatchLimits {
  /** Maximum number of items in a batch; at least 1. */
  readonly maxBatchSize: number;
  /** Maximum time that a batch is held open for more items while a lane is idle; 0 holds no batch back. */
  readonly maxQueueDelayMs: Millis;
  /** Sizes that a lane may run, in ascending order, ending with `maxBatchSize`; empty allows every size. */
  readonly allowedBatchSizes: readonly number[];
  /** Maximum number of items that are accepted and not yet dispatched; at least 1. */
  readonly maxQueueSize: number;
}

/** What the policy needs to know about the batcher. */
export interface QueueView {
  /** Number of items whose pixels have arrived and that wait for a lane. */
  readonly waiting: number;
  /** When the oldest of them entered the queue; meaningless if none waits. */
  readonly oldestEnteredMs: Millis;
  /** Returns the earliest of their deadlines. */
  readonly earliestDeadlineMs: () => Millis;
  readonly hasIdleLane: boolean;
  readonly draining: boolean;
}

/** `idle`: nothing to do until something changes. `wait`: decide again at `untilMs`. */
export type Action =
  | { readonly kind: 'idle' }
  | { readonly kind: 'wait'; readonly untilMs: Millis }
  | { readonly kind: 'dispatch'; readonly size: number; readonly reason: DispatchReason };

/** The curve shows what a lane can do; a batch that runs beside other work takes longer. */
const RUN_MARGIN = 1.5;
/** For timers, which are late by up to a tick, and for the way of the answer. */
const TIMER_MARGIN_MS = 2;

const IDLE: Action = { kind: 'idle' };

/**
 * Decides what to do now. Lanes pull batches: while no lane is idle, no batch leaves and items gather, so batches
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
  // Takes all of them, because a split could leave the urgent item behind.
  if (now >= latestStartMs) return dispatch(waiting, 'deadline');
  return { kind: 'wait', untilMs: Math.min(windowEndsMs, latestStartMs) };
}

function dispatch(size: number, reason: DispatchReason): Action {
  return { kind: 'dispatch', size, reason };
}
