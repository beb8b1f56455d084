import type { Batcher, Item, Millis, Settlement } from '../../batcher/index.js';
import type { DecodePool, ImageHeader } from '../../decode/index.js';
import type { ImageInput, Scores } from '../../engine/index.js';

/** One image of a request, after its header check. */
export interface CheckedImage {
  readonly bytes: Buffer;
  readonly header: ImageHeader;
}

export type ImageItem = Item<Uint8Array, Scores>;
export type ImageSettlement = Settlement<Scores>;

/** Accepts images, decodes them, and puts them into the batcher. */
export class Classifier {
  readonly #batcher: Batcher<Uint8Array, Scores>;
  readonly #decodePool: DecodePool;
  readonly #input: ImageInput;

  /** @param input the input that the model requires */
  constructor(batcher: Batcher<Uint8Array, Scores>, decodePool: DecodePool, input: ImageInput) {
    this.#batcher = batcher;
    this.#decodePool = decodePool;
    this.#input = input;
  }

  /**
   * Checks whether one more image would be accepted now, before its bytes have arrived.
   *
   * @throws {QueueFullError} {DeadlineExceededError} {EngineUnavailableError} {DrainingError}
   */
  admit(deadlineMs: Millis): void {
    this.#batcher.admit(1, deadlineMs);
  }

  /**
   * Accepts all images of a request or none, and starts to process them; each item settles on its own.
   *
   * @throws as `admit`
   */
  accept(images: readonly CheckedImage[], deadlineMs: Millis): ImageItem[] {
    const items = this.#batcher.accept(images.length, deadlineMs);
    images.forEach((image, i) => void this.#decode(items[i] as ImageItem, image));
    return items;
  }

  /** Settles items that are no longer wanted; items that are already settled stay as they are. */
  cancel(items: readonly ImageItem[]): void {
    for (const item of items) this.#batcher.cancel(item);
  }

  async #decode(item: ImageItem, { bytes, header }: CheckedImage): Promise<void> {
    try {
      const isWanted = () => item.state === 'accepted';
      const pixels = await this.#decodePool.decode(bytes, header, this.#input, isWanted);
      if (pixels) this.#batcher.enqueue(item, pixels);
    } catch (error) {
      this.#batcher.fail(item, error instanceof Error ? error : new Error(String(error)));
    }
  }
}
