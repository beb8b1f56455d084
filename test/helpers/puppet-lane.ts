import type { BatchLane } from '../../src/batcher/index.js';

/** A lane that finishes a batch only when told to. Its answer to an input is the input. */
export class PuppetLane<I> implements BatchLane<I, I> {
  /** The batch that is running, if any; a warm-up batch is empty. */
  batch: readonly I[] | undefined;
  /** All batches that it was given, in order; a warm-up batch is empty. */
  readonly batches: (readonly I[])[] = [];
  /** The padded size of each batch. */
  readonly paddedSizes: number[] = [];
  readonly ended: Promise<Error>;
  #end: (reason: Error) => void = () => {};
  #resolve: (outputs: readonly (I | Error)[]) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  run(inputs: readonly I[], paddedSize: number): Promise<readonly (I | Error)[]> {
    if (this.batch) throw new Error('two batches at once on one lane');
    this.batch = inputs;
    this.batches.push(inputs);
    this.paddedSizes.push(paddedSize);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  async warmUp(): Promise<void> {
    await this.run([], 1);
  }

  /** Ends the batch successfully, by default with its inputs as outputs, and lets the promises run. */
  async finish(outputs?: readonly (I | Error)[]): Promise<void> {
    const batch = this.batch ?? [];
    this.batch = undefined;
    this.#resolve(outputs ?? batch);
    await settle();
  }

  /** Ends the lane for good; what it runs gets no answer. */
  async end(reason: Error): Promise<void> {
    this.#end(reason);
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
