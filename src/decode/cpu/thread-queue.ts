import PQueue from 'p-queue';

/** One image in progress and one in the thread's inbox, so that a thread need not wait for the main thread. */
const IMAGES_PER_THREAD = 2;
/**
 * An image that costs this much or more is costly. A plain photo of 25 megapixels, a progressive one of 12 and a 4K
 * screenshot cost less and may use every thread.
 */
export const COSTLY_MS = 200;

interface Slot<Thread> {
  readonly thread: Thread;
  /** Total cost of the images in the thread. */
  loadMs: number;
}

/**
 * Gives each image to the thread with the least load. Costly images wait in a separate queue that leaves one thread
 * free of them, so that they do not delay the other images, however many there are.
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

  /** Runs `job` as soon as a thread is free for it. */
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
