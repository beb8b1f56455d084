import type { ImageInput } from '../../engine/index.js';
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
  /** By bytes of an image, which differ from model to model. */
  readonly #spare = new Map<number, SparePixels>();

  constructor(threads: number, workerData: DecodeWorkerData) {
    this.#threads = Array.from(
      { length: threads },
      () => new DecodeThread(workerData, (pixels) => this.recycle(pixels)),
    );
    this.#queue = new ThreadQueue(this.#threads);
  }

  /**
   * Decodes to a model's input: height * width * 3 bytes. `bytes` must be alone in its buffer, which changes
   * hands. `isWanted` is asked when a thread is free: if it says no, the image is dropped undecoded.
   *
   * @throws {UndecodableImageError}
   */
  decode(
    bytes: Uint8Array,
    header: ImageHeader,
    input: ImageInput,
    isWanted: () => boolean,
  ): Promise<Uint8Array | undefined> {
    return this.#queue.run(decodeCostMs(header), async (thread) => {
      if (!isWanted()) return undefined;
      return await thread.decode(
        bytes,
        header,
        input,
        this.#spareOf(input.width * input.height * 3).take(),
      );
    });
  }

  /** Takes back pixels that were copied or are not needed, for a later image. */
  recycle(pixels: Uint8Array): void {
    this.#spareOf(pixels.byteLength).give(pixels);
  }

  #spareOf(imageBytes: number): SparePixels {
    const spare = this.#spare.get(imageBytes) ?? new SparePixels(imageBytes);
    this.#spare.set(imageBytes, spare);
    return spare;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}
