const MEMORY_MS = 1000;
const PRIOR_MS = 20;
const MARGIN = 1.25;
const BATCH_SIZE_WEIGHT = 0.25;

/** What a batcher may conclude from the runs and batches so far: written down whole, and added up when asked for. */
export class ModelSpeed {
  readonly #runs: { readonly usualMs: number; readonly tookMs: number }[] = [];
  /** A mean of the sizes of the batches. */
  usualBatchSize = 0;

  /** A run has passed. */
  ran(usualMs: number, tookMs: number): void {
    if (usualMs > 0) this.#runs.push({ usualMs, tookMs });
  }

  dispatched(batchSize: number): void {
    this.usualBatchSize =
      (1 - BATCH_SIZE_WEIGHT) * this.usualBatchSize + BATCH_SIZE_WEIGHT * batchSize;
  }

  /** What a run may take, in times of the curve. */
  get slowdown(): number {
    return Math.max(1, MARGIN * this.#mean);
  }

  /** What a run is expected to take. */
  get expected(): number {
    return Math.max(1, this.#mean);
  }

  /** Each run counts the less, the more time runs have taken since. */
  get #mean(): number {
    let weight = 1;
    let usualMs = 0;
    let tookMs = 0;
    for (const run of this.#runs.toReversed()) {
      usualMs += weight * run.usualMs;
      tookMs += weight * run.tookMs;
      weight *= Math.exp(-run.tookMs / MEMORY_MS);
    }
    return (tookMs + weight * PRIOR_MS) / (usualMs + weight * PRIOR_MS);
  }
}
