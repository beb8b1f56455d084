import { Worker } from 'node:worker_threads';
import type { BatchLane } from '../../batcher/index.js';
import type { ImageInput } from '../../engine/index.js';
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

/** The units do not answer, or return wrong pixels. The message is for the operator. */
export class GpuDecoderRefusedError extends Error {
  override readonly name = 'GpuDecoderRefusedError';
}

/** The interface of a thread: a Worker, or a test's substitute. */
export interface GpuThread {
  postMessage(request: GpuRequest, transfer: readonly ArrayBuffer[]): void;
  on(event: 'message', listen: (reply: GpuReply) => void): unknown;
  on(event: 'error', listen: (error: Error) => void): unknown;
  terminate(): Promise<unknown>;
}

interface Pending {
  readonly resolve: (reply: GpuReply) => void;
  readonly reject: (error: Error) => void;
}

/** The main thread's end of one GPU decoder thread, as a lane of a batcher: it runs one batch at a time. */
export class GpuLane implements BatchLane<GpuImage, Uint8Array | undefined> {
  readonly #thread: GpuThread;
  readonly #pixels: PixelBuffers;
  /** In the order of the requests; replies come in the same order. */
  readonly #pending: Pending[] = [];

  private constructor(thread: GpuThread, pixels: PixelBuffers) {
    this.#thread = thread;
    this.#pixels = pixels;
    thread.on('message', (reply) => this.#pending.shift()?.resolve(reply));
    thread.on('error', (error) => this.#pending.shift()?.reject(error));
  }

  /**
   * Starts the thread, which allocates its memory and decodes the trial image.
   *
   * @throws {GpuDecoderRefusedError}
   */
  static async open(
    pixels: PixelBuffers,
    thread: GpuThread = new Worker(new URL('./gpu-worker.js', import.meta.url)),
  ): Promise<GpuLane> {
    const lane = new GpuLane(thread, pixels);
    const reply = await lane.#reply();
    if (reply.kind === 'ready') return lane;
    await lane.close();
    throw new GpuDecoderRefusedError(reply.kind === 'failed' ? reply.message : reply.kind);
  }

  /** Returns each image's pixels, or undefined for images that are no longer wanted. */
  async run(images: readonly GpuImage[]): Promise<(Uint8Array | undefined | Error)[]> {
    const wanted = images.filter(({ isWanted }) => isWanted());
    if (wanted.length === 0) return images.map(() => undefined);
    const jobs = wanted.map(({ bytes, header, input }) => {
      return { bytes, header, input, pixels: this.#pixels.take(input) };
    });
    const buffers = jobs.flatMap(({ bytes, pixels }) => [bytes.buffer, pixels.buffer]);
    const reply = await this.#ask({ kind: 'decode', jobs }, buffers as ArrayBuffer[]);
    const results = 'results' in reply ? reply.results : [];
    wanted.forEach((image, i) => {
      image.bytes = results[i]?.bytes ?? image.bytes;
    });
    const failed = results.filter(({ refusal }) => reply.kind === 'failed' || refusal);
    for (const { pixels } of failed) this.#pixels.recycle(pixels);
    if (reply.kind === 'failed') throw new Error(reply.message);
    const outcomes = new Map(
      wanted.map((image, i) => {
        const { pixels, refusal } = results[i] ?? {};
        return [image, refusal === undefined ? pixels : new Error(refusal)];
      }),
    );
    return images.map((image) => outcomes.get(image));
  }

  async warmUp(): Promise<void> {
    const reply = await this.#ask({ kind: 'warmUp' }, []);
    if (reply.kind === 'failed') throw new Error(reply.message);
  }

  /** Ends the thread, which must be idle. */
  async close(): Promise<void> {
    await this.#thread.terminate();
  }

  #ask(request: GpuRequest, transfer: readonly ArrayBuffer[]): Promise<GpuReply> {
    const reply = this.#reply();
    this.#thread.postMessage(request, transfer);
    return reply;
  }

  #reply(): Promise<GpuReply> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject });
    });
  }
}
