import type { Clock, Millis } from './clock.js';

/** A single alarm that is set to one time or to none. */
export class WakeTimer {
  readonly #clock: Clock;
  readonly #wake: () => void;
  #atMs: Millis | undefined;
  #callOff: () => void = () => {};

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  set(atMs: Millis | undefined): void {
    if (atMs === this.#atMs) return;
    this.#callOff();
    this.#atMs = atMs;
    if (atMs === undefined) return;
    this.#callOff = this.#clock.schedule(atMs - this.#clock.now(), () => {
      this.#atMs = undefined;
      this.#wake();
    });
  }
}
