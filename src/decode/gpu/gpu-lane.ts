import { Worker } from 'node:worker_threads';
import type { BatchLane } from '../../batcher/index.js';
import type { ImageInput } from '../../engine/index.js';
import { type Thread, ThreadLink } from '../../threads/index.js';
import type { ImageHeader } from '../header/image-header.js';
import type { GpuReply, GpuRequest } from './gpu-messages.js';

/** An image to be decoded on the GPU. */
export interface GpuImage {
  /** The only view of its buffer. Detached while the image is in a thread, and restored afterwards. */
  bytes: Uint8Array;
  readonly header: ImageHeader;
  readonly input: ImageInput;
  /** Called when a batch is formed. */
  readonly isWanted: () => boolean;
}

/** Provides pixel buffers, and takes back those that are not needed. */
export interface PixelBuffers {
  take(input: ImageInput): Uint8Array;
  recycle(pixels: Uint8Array): void;
}

/** The main thread's end of one GPU decoder thread, as a lane of a batcher: it runs one batch at a time. */
export class GpuLane implements BatchLane<GpuImage, Uint8Array | undefined> {
  readonly #link: ThreadLink<GpuRequest, GpuReply>;
  readonly #pixels: PixelBuffers;

  private constructor(link: ThreadLink<GpuRequest, GpuReply>, pixels: PixelBuffers) {
    this.#link = link;
    this.#pixels = pixels;
  }

  /**
   * Starts the thread, which allocates its memory and decodes the trial image.
   *
   * @throws {ThreadRefusedError} the units cannot be used, or do not decode the trial image correctly
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

  /** Returns each image's pixels, or undefined for images that are no longer wanted. */
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
