import type { Millis } from '../../batcher/index.js';

const FIRST_DELAY_MS = 250;
/** If a process has served, the fault may depend on its requests, and the next one may serve for a long time. */
const MAX_DELAY_SERVED_MS = 500;
/**
 * A process that cannot start is retried less often, because each start uses processors and devices that others need.
 */
const MAX_DELAY_NOT_STARTED_MS = 2000;

/**
 * How long to wait before a process that has ended is replaced. Even the longest wait, plus the time of a start, lets
 * the server recover within seconds after a fault is gone.
 *
 * @param shortLives how many processes in a row ended soon after their start, including this one
 * @param hasServed whether this one was ready before it ended
 */
export function restartDelayMs(shortLives: number, hasServed: boolean): Millis {
  if (shortLives === 0 || (hasServed && shortLives === 1)) return 0;
  const delayMs = FIRST_DELAY_MS * 2 ** (shortLives - 1);
  return Math.min(delayMs, hasServed ? MAX_DELAY_SERVED_MS : MAX_DELAY_NOT_STARTED_MS);
}
