import {
  type Batcher,
  type Clock,
  DeadlineExceededError,
  type Item,
  type Millis,
  type Settlement,
} from '../../batcher/index.js';
import type { DecodePool, ImageHeader } from '../../decode/index.js';
import type { ImageInput, Scores } from '../../engine/index.js';

/** One image of a request, its header checked. */
export interface CheckedImage {
  readonly bytes: Buffer;
  readonly header: ImageHeader;
}

export type ImageItem = Item<Uint8Array, Scores>;
export type ImageSettlement = Settlement<Scores>;

/** Takes images from acceptance through decoding into the batcher. */
export class Classifier {
  readonly #batcher: Batcher<Uint8Array, Scores>;
  readonly #decodePool: DecodePool;
  readonly #input: ImageInput;
  readonly #clock: Clock;

  /** @param input what the model wants of an image */
  constructor(
    batcher: Batcher<Uint8Array, Scores>,
    decodePool: DecodePool,
    input: ImageInput,
    clock: Clock,
  ) {
    this.#clock = clock;
    this.#batcher = batcher;
    this.#decodePool = decodePool;
    this.#input = input;
  }

  /**
   * Says whether one more image of about so many bytes would be accepted now, before it is here.
   *
   * @throws as Batcher.admit
   */
  admit(bytes: number, deadlineMs: Millis, goalMs: Millis): void {
    const inputsMs = this.#clock.now() + this.#decodePool.expectedMsByBytes(bytes);
    this.#batcher.admit(1, deadlineMs, { goalMs, inputsMs });
  }

  /**
   * Accepts all the images of a request or none, and sets them on their way; each item settles on its own.
   *
   * @throws as Batcher.admit
   */
  accept(images: readonly CheckedImage[], deadlineMs: Millis, goalMs: Millis): ImageItem[] {
    const inputsMs =
      this.#clock.now() + this.#decodePool.expectedMs(images.map(({ header }) => header));
    const items = this.#batcher.accept(images.length, deadlineMs, { goalMs, inputsMs });
    images.forEach((image, i) => void this.#decode(items[i] as ImageItem, image));
    return items;
  }

  /** Settles items that nobody waits for any more; those that are settled already stay as they are. */
  cancel(items: readonly ImageItem[]): void {
    for (const item of items) this.#batcher.cancel(item);
  }

  async #decode(item: ImageItem, { bytes, header }: CheckedImage): Promise<void> {
    try {
      const isWanted = () => item.state === 'accepted';
      const neededByMs = this.#batcher.neededByMs(item);
      const pixels = await this.#decodePool.decode(
        bytes,
        header,
        this.#input,
        isWanted,
        neededByMs,
      );
      if (pixels) this.#batcher.enqueue(item, pixels);
      else this.#batcher.fail(item, new DeadlineExceededError());
    } catch (error) {
      this.#batcher.fail(item, error instanceof Error ? error : new Error(String(error)));
    }
  }
}
