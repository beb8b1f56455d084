import type { Clock } from '../batcher/index.js';

/** The batcher's clock in production: milliseconds since the process started, and Node's timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delay, wake) {
    // Node truncates fractions; rounding up guarantees at least the requested delay.
    const timer = setTimeout(wake, Math.ceil(delay));
    return () => clearTimeout(timer);
  },
};
