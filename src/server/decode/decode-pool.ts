import { decodeCostMs } from './decode-cost.js';
import type { DecodeWorkerData } from './decode-messages.js';
import { DecodeThread } from './decode-thread.js';
import type { ImageHeader } from './header/image-header.js';
import { SparePixels } from './spare-pixels.js';
import { ThreadQueue } from './thread-queue.js';

/**
 * Decodes images on its own threads. What waits here is bounded by the batcher, which has accepted it; so this
 * queue needs no bound of its own.
 */
export class DecodePool {
  readonly #threads: DecodeThread[];
  readonly #queue: ThreadQueue<DecodeThread>;
  readonly #spare: SparePixels;

  constructor(threads: number, workerData: DecodeWorkerData) {
    const { width, height } = workerData.input;
    this.#spare = new SparePixels(width * height * 3);
    this.#threads = Array.from(
      { length: threads },
      () => new DecodeThread(workerData, (pixels) => this.recycle(pixels)),
    );
    this.#queue = new ThreadQueue(this.#threads);
  }

  /**
   * Decodes to the model's input: height * width * 3 bytes. `bytes` must be alone in its buffer, which changes
   * hands. `isWanted` is asked when a thread is free: if it says no, the image is dropped undecoded.
   *
   * @throws {UndecodableImageError}
   */
  decode(
    bytes: Uint8Array,
    header: ImageHeader,
    isWanted: () => boolean,
  ): Promise<Uint8Array | undefined> {
    return this.#queue.run(decodeCostMs(header), async (thread) => {
      if (!isWanted()) return undefined;
      return await thread.decode(bytes, header, this.#spare.take());
    });
  }

  /** Takes back pixels that were copied or are not needed, for a later image. */
  recycle(pixels: Uint8Array): void {
    this.#spare.give(pixels);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
