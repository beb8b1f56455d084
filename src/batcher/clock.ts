/** Milliseconds on one monotonic clock; only differences mean anything. */
export type Millis = number;

/** All time the batcher knows. Injected, so that tests run on virtual time. */
export interface Clock {
  now(): Millis;
  /** Calls `wake` once, `delay` or more from now; returns how to call that off. */
  schedule(delay: Millis, wake: () => void): () => void;
}
