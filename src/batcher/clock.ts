/** Milliseconds on one monotonic clock; only differences are meaningful. */
export type Millis = number;

/** The batcher's only source of time. It is injected, so that tests run on virtual time. */
export interface Clock {
  now(): Millis;
  /** Calls `wake` once, after at least `delay`; returns a function that cancels the call. */
  schedule(delay: Millis, wake: () => void): () => void;
}
