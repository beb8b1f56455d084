import type { Millis } from '../../batcher/index.js';

const FIRST_DELAY_MS = 250;
/** Whatever ends processes that have served comes and goes with their work: the next one may serve for long. */
const MAX_DELAY_SERVED_MS = 500;
/** What cannot start is tried less often: a start costs the processors and the devices that others use. */
const MAX_DELAY_NOT_STARTED_MS = 2000;

/**
 * How long to wait before a process is started in place of one that has ended. With the time that a start takes, the
 * longest wait still lets the server be back within seconds after a fault has gone.
 *
 * @param shortLives how many processes in a row ended soon after their start, this one included
 * @param hasServed whether this one was ready before it ended
 */
export function restartDelayMs(shortLives: number, hasServed: boolean): Millis {
  if (shortLives === 0 || (hasServed && shortLives === 1)) return 0;
  const delayMs = FIRST_DELAY_MS * 2 ** (shortLives - 1);
  return Math.min(delayMs, hasServed ? MAX_DELAY_SERVED_MS : MAX_DELAY_NOT_STARTED_MS);
}
