import type { Batcher, Item, Millis, Settlement } from '../../batcher/index.js';
import type { DecodePool, ImageHeader } from '../../decode/index.js';
import type { ImageInput, LaneImage, Scores } from '../../engine/index.js';

/** One image of a request, after its header check. */
export interface CheckedImage {
  readonly bytes: Buffer;
  readonly header: ImageHeader;
}

export type ImageItem = Item<LaneImage, Scores>;
export type ImageSettlement = Settlement<Scores>;

/** Accepts images, decodes them, and puts them into the batcher. */
export class Classifier {
  readonly #batcher: Batcher<LaneImage, Scores>;
  readonly #decodePool: DecodePool;
  readonly #input: ImageInput;

  /** @param input the input that the model requires */
  constructor(batcher: Batcher<LaneImage, Scores>, decodePool: DecodePool, input: ImageInput) {
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
   * @param allScores their answers have the score of every class
   * @throws as `admit`
   */
  accept(images: readonly CheckedImage[], deadlineMs: Millis, allScores: boolean): ImageItem[] {
    const items = this.#batcher.accept(images.length, deadlineMs);
    images.forEach((image, i) => void this.#decode(items[i] as ImageItem, image, allScores));
    return items;
  }

  /**
   * The same for images that are decoded already: each the model's height * width * 3 bytes, red, green and blue, which
   * are copied before this returns.
   */
  acceptPixels(images: readonly Uint8Array[], deadlineMs: Millis, allScores: boolean): ImageItem[] {
    const items = this.#batcher.accept(images.length, deadlineMs);
    images.forEach((image, i) => {
      const pixels = this.#decodePool.take(this.#input);
      pixels.set(image);
      this.#batcher.enqueue(items[i] as ImageItem, laneImage(pixels, allScores));
    });
    return items;
  }

  /** Settles items that are no longer wanted; items that are already settled stay as they are. */
  cancel(items: readonly ImageItem[]): void {
    for (const item of items) this.#batcher.cancel(item);
  }

  async #decode(
    item: ImageItem,
    { bytes, header }: CheckedImage,
    allScores: boolean,
  ): Promise<void> {
    try {
      const isWanted = () => item.state === 'accepted';
      const pixels = await this.#decodePool.decode(bytes, header, this.#input, isWanted);
      if (pixels) this.#batcher.enqueue(item, laneImage(pixels, allScores));
    } catch (error) {
      this.#batcher.fail(item, error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function laneImage(pixels: Uint8Array, allScores: boolean): LaneImage {
  return allScores ? { pixels, allScores } : pixels;
}
