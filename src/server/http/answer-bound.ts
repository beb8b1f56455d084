import type { Millis } from '../../batcher/index.js';
import type { LatencyBounds } from '../models/classifier.js';
import type { EarlyCode } from '../telemetry/metrics.js';

/** When a request must be answered. */
export interface AnswerBound {
  readonly boundMs: Millis;
  /** With what it is refused, if its answer would be later. */
  readonly code: EarlyCode;
}

/**
 * @param startedMs when the request could first be read
 * @param timeoutMs the time that its client gives it, as its header says; what is not a number is refused later
 */
export function answerBound(
  startedMs: Millis,
  timeoutMs: string | undefined,
  { defaultTimeoutMs, latencyGoalMs = Number.POSITIVE_INFINITY }: LatencyBounds,
): AnswerBound {
  const clientMs = Number(timeoutMs) || Number.POSITIVE_INFINITY;
  const ownMs = Number.isFinite(clientMs)
    ? latencyGoalMs
    : Math.min(latencyGoalMs, defaultTimeoutMs);
  return {
    boundMs: startedMs + Math.min(clientMs, ownMs),
    // The nearer of the two refuses it.
    code: clientMs < ownMs ? 'deadline_exceeded' : 'overloaded',
  };
}
