import PQueue from 'p-queue';

/** One image in the works and one in the inbox, so that a thread need not wait for the main thread. */
const IMAGES_PER_THREAD = 2;
/**
 * From here on an image is costly. A plain photo of 25 megapixels, a progressive one of 12 and a 4K screenshot cost
 * less and may use every thread.
 */
export const COSTLY_MS = 200;

interface Slot<Thread> {
  readonly thread: Thread;
  /** Cost of the images that are in the thread. */
  loadMs: number;
}

/**
 * Gives each image to the thread that has least to do. Costly images wait in a queue of their own, so that one
 * thread has none of them: however many there are, they do not hold up the small ones.
 */
export class ThreadQueue<Thread> {
  readonly #slots: readonly Slot<Thread>[];
  readonly #queue: PQueue;
  readonly #costlyQueue: PQueue;

  constructor(threads: readonly Thread[]) {
    this.#slots = threads.map((thread) => ({ thread, loadMs: 0 }));
    this.#queue = new PQueue({ concurrency: threads.length * IMAGES_PER_THREAD });
    this.#costlyQueue = new PQueue({ concurrency: Math.max(1, threads.length - 1) });
  }

  /** Runs `job` with a thread when one is free for it. */
  run<Result>(costMs: number, job: (thread: Thread) => Promise<Result>): Promise<Result> {
    const queue = costMs < COSTLY_MS ? this.#queue : this.#costlyQueue;
    return queue.add(async () => {
      const slot = this.#leastLoaded();
      slot.loadMs += costMs;
      try {
        return await job(slot.thread);
      } finally {
        slot.loadMs -= costMs;
      }
    });
  }

  #leastLoaded(): Slot<Thread> {
    return this.#slots.reduce((best, slot) => (slot.loadMs < best.loadMs ? slot : best));
  }
}
