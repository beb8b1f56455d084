import type { Millis } from './clock.js';

/** Work of about this length in all is remembered; older work fades. */
const MEMORY_MS: Millis = 1000;
/** Before anything is seen, so much work is taken to have lasted as long as expected. */
const PRIOR_MS: Millis = 20;

const MARGIN = 1.25;

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

  /** The mean by which an expected time is to be multiplied. */
  get factor(): number {
    return this.#takenMs / this.#expectedMs;
  }

  /** The factor by which most work is done: single pieces differ from the mean, and so does the time to come. */
  get safeFactor(): number {
    return MARGIN * this.factor;
  }
}
