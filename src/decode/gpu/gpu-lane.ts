import { Worker } from 'node:worker_threads';
import type { BatchLane } from '../../batcher/index.js';
import type { ImageInput } from '../../engine/index.js';
import { type Thread, ThreadLink } from '../../threads/index.js';
import type { ImageHeader } from '../header/image-header.js';
import type { GpuReply, GpuRequest } from './gpu-messages.js';

/** An image on its way through the units. */
export interface GpuImage {
  /** Alone in its buffer; away while the image is in a thread, and back afterwards. */
  bytes: Uint8Array;
  readonly header: ImageHeader;
  readonly input: ImageInput;
  /** Asked when a batch is made. */
  readonly isWanted: () => boolean;
}

/** Where pixel buffers come from, and go to if they are not needed. */
export interface PixelBuffers {
  take(input: ImageInput): Uint8Array;
  recycle(pixels: Uint8Array): void;
}

/** The main thread's end of one thread of the GPU decoder, as a lane of a batcher: it runs one batch at a time. */
export class GpuLane implements BatchLane<GpuImage, Uint8Array | undefined> {
  readonly #link: ThreadLink<GpuRequest, GpuReply>;
  readonly #pixels: PixelBuffers;

  private constructor(link: ThreadLink<GpuRequest, GpuReply>, pixels: PixelBuffers) {
    this.#link = link;
    this.#pixels = pixels;
  }

  /**
   * Starts the thread, which takes its memory and does the trial.
   *
   * @throws {ThreadRefusedError} the units cannot be used, or do not decode the trial image to the right pixels
   */
  static async open(
    pixels: PixelBuffers,
    thread: Thread = new Worker(new URL('./gpu-worker.js', import.meta.url)),
  ): Promise<GpuLane> {
    const link = new ThreadLink<GpuRequest, GpuReply>('GPU decoder thread', thread);
    await link.ready;
    return new GpuLane(link, pixels);
  }

  get ended(): Promise<Error> {
    return this.#link.ended;
  }

  /** Answers with each image's pixels, with undefined for those that nobody wants any more. */
  async run(images: readonly GpuImage[]): Promise<(Uint8Array | undefined | Error)[]> {
    const wanted = images.filter(({ isWanted }) => isWanted());
    if (wanted.length === 0) return images.map(() => undefined);
    const jobs = wanted.map(({ bytes, header, input }) => {
      return { bytes, header, input, pixels: this.#pixels.take(input) };
    });
    const buffers = jobs.flatMap(({ bytes, pixels }) => [bytes.buffer, pixels.buffer]);
    const { results, failure } = await this.#link.ask({ jobs }, buffers as ArrayBuffer[]);
    wanted.forEach((image, i) => {
      image.bytes = results[i]?.bytes ?? image.bytes;
    });
    const failed = results.filter(({ refusal }) => failure !== undefined || refusal !== undefined);
    for (const { pixels } of failed) this.#pixels.recycle(pixels);
    if (failure !== undefined) throw new Error(failure);
    const outcomes = new Map(
      wanted.map((image, i) => {
        const { pixels, refusal } = results[i] ?? {};
        return [image, refusal === undefined ? pixels : new Error(refusal)];
      }),
    );
    return images.map((image) => outcomes.get(image));
  }

  async warmUp(): Promise<void> {
    await this.#link.ask('trial');
  }

  /** Ends the thread, which must be idle. */
  async close(): Promise<void> {
    await this.#link.close();
  }
}
