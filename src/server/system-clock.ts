import type { Clock } from '../batcher/index.js';

/** The batcher's clock in production: milliseconds since the process began, and Node's timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delay, wake) {
    // Node cuts fractions off; rounding up keeps the promise "delay or more".
    const timer = setTimeout(wake, Math.ceil(delay));
    return () => clearTimeout(timer);
  },
};
