import type { ImageInput } from '../engine/index.js';
import { decodeCostMs } from './cpu/decode-cost.js';
import type { DecodeWorkerData } from './cpu/decode-messages.js';
import { DecodeThread } from './cpu/decode-thread.js';
import type { GpuDecoder } from './gpu/gpu-decoder.js';
import { unitsTake } from './gpu/units-take.js';
import type { ImageHeader } from './header/image-header.js';
import type { DecoderName } from './cpu/load-raster-decoder.js';
import { SpareBuffers } from './spare-buffers.js';
import { ThreadQueue } from './cpu/thread-queue.js';

export interface DecodePoolOptions extends DecodeWorkerData {
  /** Told of each image which decoder has had the last word on it. */
  readonly decoded?: (by: DecoderName | 'gpu') => void;
  /** Takes the buffers of images that are decoded. */
  readonly bodies?: SpareBuffers;
  /** Told why a decode thread has stopped. The images in it have failed, and another takes its place. */
  readonly threadEnded?: (reason: Error) => void;
}

/**
 * Decodes images on its own threads, and on the GPU those that its units take. What waits here is bounded by the
 * batcher, which has accepted it; so this queue needs no bound of its own.
 */
export class DecodePool {
  readonly #threads: DecodeThread[];
  readonly #queue: ThreadQueue<DecodeThread>;
  /** By bytes of an image, which differ from model to model. */
  readonly #spare = new Map<number, SpareBuffers>();
  readonly #decoder: DecoderName;
  readonly #decoded: (by: DecoderName | 'gpu') => void;
  readonly #bodies: SpareBuffers | undefined;
  /** Where there is one, images that its units take go there first. */
  gpu: GpuDecoder | undefined;

  constructor(threads: number, options: DecodePoolOptions) {
    const { decoder, decoded = () => {}, bodies, threadEnded = () => {} } = options;
    this.#bodies = bodies;
    this.#decoder = decoder;
    this.#decoded = decoded;
    const workerData: DecodeWorkerData = { decoder };
    this.#threads = Array.from(
      { length: threads },
      () => new DecodeThread(workerData, this, threadEnded),
    );
    this.#queue = new ThreadQueue(this.#threads);
  }

  /**
   * Resolves when the first thread can decode.
   *
   * @throws {ThreadRefusedError} this decoder does not start here; the message is for the operator
   */
  async ready(): Promise<void> {
    await this.#threads[0]?.ready;
  }

  /**
   * Decodes to a model's input: height * width * 3 bytes. `bytes` must be alone in its buffer, which changes
   * hands. `isWanted` is asked when a thread is free: if it says no, the image is dropped undecoded.
   *
   * @throws {UndecodableImageError}
   */
  async decode(
    bytes: Uint8Array,
    header: ImageHeader,
    input: ImageInput,
    isWanted: () => boolean,
  ): Promise<Uint8Array | undefined> {
    if (!this.gpu || !unitsTake(bytes, header, input)) {
      return this.#decodeOnThread(bytes, header, input, isWanted);
    }
    const image = { bytes, header, input, isWanted };
    try {
      const pixels = await this.gpu.decode(image);
      if (pixels) this.#decoded('gpu');
      this.recycleBytes(image.bytes);
      return pixels;
    } catch (error) {
      // A thread that hangs keeps what it has.
      if (image.bytes.byteLength === 0) throw error;
      // What is wrong with the image, if anything, the native decoder says as it always does.
      return this.#decodeOnThread(image.bytes, header, input, isWanted);
    }
  }

  #decodeOnThread(
    bytes: Uint8Array,
    header: ImageHeader,
    input: ImageInput,
    isWanted: () => boolean,
  ): Promise<Uint8Array | undefined> {
    return this.#queue.run(decodeCostMs(header), async (thread) => {
      if (!isWanted()) return undefined;
      try {
        return await thread.decode(bytes, header, input, this.take(input));
      } finally {
        this.#decoded(this.#decoder);
      }
    });
  }

  /** Room for a model's input; its contents are whatever they were. */
  take({ width, height }: ImageInput): Uint8Array {
    return new Uint8Array(this.#spareOf(width * height * 3).take());
  }

  /** Takes back pixels that were copied or are not needed, for a later image. */
  recycle(pixels: Uint8Array): void {
    this.#spareOf(pixels.byteLength).give(pixels.buffer as ArrayBuffer);
  }

  /** Takes back the bytes of an image that is decoded, for a later body. */
  recycleBytes(bytes: Uint8Array): void {
    this.#bodies?.give(bytes.buffer as ArrayBuffer);
  }

  #spareOf(imageBytes: number): SpareBuffers {
    const spare = this.#spare.get(imageBytes) ?? new SpareBuffers(imageBytes);
    this.#spare.set(imageBytes, spare);
    return spare;
  }

  /** Ends the threads; those of the GPU when nothing is in them. */
  async close(): Promise<void> {
    await Promise.all([this.gpu?.close(), ...this.#threads.map((thread) => thread.close())]);
  }
}
