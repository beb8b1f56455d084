import type { RunBatch } from '../../src/batcher/index.js';

/** A lane that finishes a batch only when told to. Its answer to an input is the input. */
export class PuppetLane<I> {
  /** The batch in the works, if any. */
  batch: readonly I[] | undefined;
  /** Every batch ever given to it, in order. */
  readonly batches: (readonly I[])[] = [];
  #resolve: (outputs: readonly I[]) => void = () => {};
  #reject: (error: Error) => void = () => {};

  readonly run: RunBatch<I, I> = (inputs) => {
    if (this.batch) throw new Error('two batches at once on one lane');
    this.batch = inputs;
    this.batches.push(inputs);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  };

  /** Ends the batch well, with its inputs as outputs unless others are given, and lets the news arrive. */
  async finish(outputs?: readonly I[]): Promise<void> {
    const batch = this.batch ?? [];
    this.batch = undefined;
    this.#resolve(outputs ?? batch);
    await settle();
  }

  async fail(error: Error): Promise<void> {
    this.batch = undefined;
    this.#reject(error);
    await settle();
  }
}

/** Lets every promise that is ready run its callbacks. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
