import type { Millis } from './clock.js';

/** Work of about this length in all is remembered; older work fades. */
const MEMORY_MS: Millis = 1000;
/** Before anything is seen, so much work is taken to have lasted as long as expected. */
const PRIOR_MS: Millis = 20;

/** How long work takes compared with what was expected of it: the mean over the latest second of work. */
export class Pace {
  #expectedMs = PRIOR_MS;
  #takenMs = PRIOR_MS;

  /** Work for which `expectedMs` were expected has taken `takenMs`. */
  saw(expectedMs: Millis, takenMs: Millis): void {
    const kept = Math.exp(-takenMs / MEMORY_MS);
    this.#expectedMs = kept * this.#expectedMs + expectedMs;
    this.#takenMs = kept * this.#takenMs + takenMs;
  }

  /** What an expected time is to be multiplied by. */
  get factor(): number {
    return this.#takenMs / this.#expectedMs;
  }
}
