import type { Millis } from '../../batcher/index.js';

/** When this process's clock was 0. */
const { timeOrigin } = performance;

/** A time of this process's clock as milliseconds since 1970. */
export function epochMs(ms: Millis): number {
  return timeOrigin + ms;
}
