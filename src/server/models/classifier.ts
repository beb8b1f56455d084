import {
  type Batcher,
  type Clock,
  DeadlineExceededError,
  type Foreseen,
  type Item,
  type Millis,
  type Settlement,
} from '../../batcher/index.js';
import type { DecodePool, ImageHeader } from '../../decode/index.js';
import type { ImageInput, LaneImage, Scores } from '../../engine/index.js';
import { FormSize } from './form-size.js';

/** One image of a request, after its header check. */
export interface CheckedImage {
  readonly bytes: Buffer;
  readonly header: ImageHeader;
}

export type ImageItem = Item<LaneImage, Scores>;
export type ImageSettlement = Settlement<Scores>;

/** The times of a request. */
export interface RequestTimes {
  /** When it could first be read. */
  readonly startedMs: Millis;
  /** When its images must be settled. */
  readonly deadlineMs: Millis;
}

/** How late an answer may be, counted from when its request could first be read. */
export interface LatencyBounds {
  /** The deadline of a request whose client sets none. */
  readonly defaultTimeoutMs: Millis;
  /** What the operator wants almost all answers to keep. */
  readonly latencyGoalMs?: Millis | undefined;
}

export interface ClassifierParts {
  readonly batcher: Batcher<LaneImage, Scores>;
  readonly decodePool: DecodePool;
  /** The input that the model requires. */
  readonly input: ImageInput;
  readonly clock: Clock;
  /** Returns the current bounds. */
  readonly bounds: () => LatencyBounds;
}

/** What is expected of a request whose body has not arrived. */
export interface Announcement {
  /** The length of the body; 0 if it is not known. */
  readonly bytes: number;
  readonly images: number;
}

/** Accepts images whose answers are expected in time, decodes them, and puts them into the batcher. */
export class Classifier {
  readonly #batcher: Batcher<LaneImage, Scores>;
  readonly #decodePool: DecodePool;
  readonly #input: ImageInput;
  readonly #clock: Clock;
  readonly #bounds: () => LatencyBounds;
  /** Images, and their bytes, that are expected of requests whose turn has not come. */
  readonly #announced = { images: 0, bytes: 0 };
  /** Of the latest forms. */
  readonly formSize = new FormSize();

  constructor({ batcher, decodePool, input, clock, bounds }: ClassifierParts) {
    this.#batcher = batcher;
    this.#decodePool = decodePool;
    this.#input = input;
    this.#clock = clock;
    this.#bounds = bounds;
  }

  /**
   * Checks whether the images of a request would be accepted now, before their bytes have arrived.
   *
   * @param waitMs how long the request has to wait for its turn
   * @throws as Batcher.admit
   */
  admit(announcement: Announcement, times: RequestTimes, waitMs: Millis): void {
    const { images, bytes } = this.#announced;
    const decodeMs = this.#decodePool.expectedMsByBytes(bytes + announcement.bytes);
    const foreseen = this.#foresee(times, Math.max(waitMs, decodeMs));
    this.#batcher.admit(images + announcement.images, times.deadlineMs, foreseen);
  }

  /** Counts the images of a request as work ahead of others until the returned function is called. */
  announce({ images, bytes }: Announcement): () => void {
    this.#announced.images += images;
    this.#announced.bytes += bytes;
    return () => {
      this.#announced.images -= images;
      this.#announced.bytes -= bytes;
    };
  }

  /**
   * Accepts all images of a request or none, and starts to process them; each item settles on its own.
   *
   * @param allScores whether the result of each image contains the score of every class
   * @throws as Batcher.admit
   */
  accept(images: readonly CheckedImage[], times: RequestTimes, allScores: boolean): ImageItem[] {
    const foreseen = this.#foresee(times, this.#decodePool.expectedMs(images));
    const items = this.#batcher.accept(images.length, times.deadlineMs, foreseen);
    images.forEach((image, i) => void this.#decode(items[i] as ImageItem, image, allScores));
    return items;
  }

  /**
   * The same for images that are already decoded: each has the model's height * width * 3 bytes, red, green and blue. The
   * bytes are copied before this method returns.
   */
  acceptPixels(
    images: readonly Uint8Array[],
    times: RequestTimes,
    allScores: boolean,
  ): ImageItem[] {
    const items = this.#batcher.accept(images.length, times.deadlineMs, this.#foresee(times, 0));
    images.forEach((image, i) => {
      const pixels = this.#decodePool.take(this.#input);
      pixels.set(image);
      this.#batcher.enqueue(items[i] as ImageItem, laneImage(pixels, allScores));
    });
    return items;
  }

  /** The default timeout is the operator's bound, unlike a deadline that the client has set. */
  #foresee({ startedMs, deadlineMs }: RequestTimes, decodeMs: Millis): Foreseen {
    const { defaultTimeoutMs, latencyGoalMs = Number.POSITIVE_INFINITY } = this.#bounds();
    const isDefault = deadlineMs === startedMs + defaultTimeoutMs;
    const ownMs = isDefault ? deadlineMs : Number.POSITIVE_INFINITY;
    return {
      goalMs: Math.min(startedMs + latencyGoalMs, ownMs),
      inputsMs: this.#clock.now() + decodeMs,
    };
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
      const neededByMs = this.#batcher.neededByMs(item);
      const pixels = await this.#decodePool.decode(
        bytes,
        header,
        this.#input,
        isWanted,
        neededByMs,
      );
      if (pixels) this.#batcher.enqueue(item, laneImage(pixels, allScores));
      else this.#batcher.fail(item, new DeadlineExceededError());
    } catch (error) {
      this.#batcher.fail(item, error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function laneImage(pixels: Uint8Array, allScores: boolean): LaneImage {
  return allScores ? { pixels, allScores } : pixels;
}
