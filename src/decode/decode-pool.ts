import { type Millis, Pace } from '../batcher/index.js';
import type { ImageInput } from '../engine/index.js';
import { decodeBytes } from './cpu/decode-bytes.js';
import { decodeCostMs } from './cpu/decode-cost.js';
import type { DecodeWorkerData } from './cpu/decode-messages.js';
import { DecodeThread } from './cpu/decode-thread.js';
import type { DecoderName } from './cpu/load-raster-decoder.js';
import { type Cost, ThreadQueue, type Work } from './cpu/thread-queue.js';
import type { GpuDecoder } from './gpu/gpu-decoder.js';
import { unitsTake } from './gpu/units-take.js';
import type { ImageHeader } from './header/image-header.js';
import { SpareBuffers } from './spare-buffers.js';

export interface DecodePoolOptions extends DecodeWorkerData {
  /** Called once per image with the decoder whose result is final. */
  readonly decoded?: (by: DecoderName | 'gpu') => void;
  /** Takes back the buffers of images that are decoded. */
  readonly bodies?: SpareBuffers;
  /** Called when a decode thread has stopped. The images in it have failed; a new thread replaces it. */
  readonly threadEnded?: (reason: Error) => void;
  /** The memory that all threads together may use for decoding. */
  readonly maxBytes?: number;
  readonly now?: () => Millis;
}

/** What decoding costs for a byte of an image, before any was seen: a photo for the web. */
const BYTE_MS: Millis = 0.05 / 1024;

/**
 * Decodes images on its own threads, and on the GPU those that its JPEG units support. The batcher bounds the number of
 * waiting images, because it has accepted them; so this queue needs no limit of its own.
 */
export class DecodePool {
  readonly #threads: DecodeThread[];
  readonly #queue: ThreadQueue<DecodeThread>;
  /** Keyed by the byte length of an input, which differs between models. */
  readonly #spare = new Map<number, SpareBuffers>();
  readonly #decoder: DecoderName;
  readonly #decoded: (by: DecoderName | 'gpu') => void;
  readonly #bodies: SpareBuffers | undefined;
  readonly #now: () => Millis;
  /** Of the cost by the header, compared with that by the bytes. */
  readonly #costByBytes = new Pace();
  /** If set, images that its units support go to it first. */
  gpu: GpuDecoder | undefined;

  constructor(threads: number, options: DecodePoolOptions) {
    const { decoder, background, decoded = () => {}, bodies, threadEnded = () => {} } = options;
    const { now = () => performance.now(), maxBytes } = options;
    this.#bodies = bodies;
    this.#decoder = decoder;
    this.#decoded = decoded;
    this.#now = now;
    const workerData: DecodeWorkerData = { decoder, ...(background ? { background } : {}) };
    this.#threads = Array.from(
      { length: threads },
      () => new DecodeThread(workerData, this, threadEnded),
    );
    this.#queue = new ThreadQueue(this.#threads, now, maxBytes);
  }

  /** How long it is expected to take until these images are decoded, if they arrive now. */
  expectedMs(
    images: readonly { readonly bytes: Uint8Array; readonly header: ImageHeader }[],
  ): Millis {
    return this.#expectedMs(images.map(({ bytes, header }) => this.#costOf(bytes, header)));
  }

  #costOf(bytes: Uint8Array, header: ImageHeader): Cost {
    const memoryBytes = decodeBytes(header, bytes.byteLength, this.#decoder);
    return { costMs: decodeCostMs(header), memoryBytes };
  }

  /**
   * The same for an image of which only the size in bytes is known, judged by the latest images. With nothing before it,
   * it is not judged by them: they may have been costly for their bytes, and its header will tell.
   */
  expectedMsByBytes(bytes: number): Millis {
    if (!this.gpu && this.#queue.isEmpty) return 0;
    const costMs = bytes * BYTE_MS * this.#costByBytes.factor;
    // Whether it is large, its header will tell.
    return this.#expectedMs([{ costMs, memoryBytes: 0 }]);
  }

  #expectedMs(costs: readonly Cost[]): Millis {
    return this.gpu ? this.gpu.expectedMs() : this.#queue.expectedMs(costs);
  }

  /**
   * Resolves when the first thread can decode.
   *
   * @throws {ThreadRefusedError} the decoder does not start on this host; the message is for the operator
   */
  async ready(): Promise<void> {
    await this.#threads[0]?.ready;
  }

  /**
   * Decodes an image to a model's input: height * width * 3 bytes. `bytes` must be the only view of its buffer, which
   * is transferred. `isWanted` is called when a thread is free; if it returns false, the image is dropped without
   * decoding.
   *
   * @param neededByMs an image whose pixels would come later is dropped undecoded
   * @returns undefined if the image was dropped
   * @throws {UndecodableImageError}
   */
  async decode(
    bytes: Uint8Array,
    header: ImageHeader,
    input: ImageInput,
    isWanted: () => boolean,
    neededByMs: Millis = Number.POSITIVE_INFINITY,
  ): Promise<Uint8Array | undefined> {
    const work = { ...this.#costOf(bytes, header), isWanted, neededByMs };
    this.#costByBytes.saw(bytes.byteLength * BYTE_MS, work.costMs);
    if (!this.gpu || !unitsTake(bytes, header, input)) {
      return this.#decodeOnThread(work, bytes, header, input);
    }
    const image = {
      bytes,
      header,
      input,
      isWanted: () => isWanted() && this.#now() < neededByMs,
    };
    try {
      const pixels = await this.gpu.decode(image);
      if (pixels) this.#decoded('gpu');
      this.recycleBytes(image.bytes);
      return pixels;
    } catch (error) {
      // A thread that hangs never returns its buffers.
      if (image.bytes.byteLength === 0) throw error;
      // If the image is at fault, the native decoder reports the error as usual.
      return this.#decodeOnThread(work, image.bytes, header, input);
    }
  }

  #decodeOnThread(
    work: Work,
    bytes: Uint8Array,
    header: ImageHeader,
    input: ImageInput,
  ): Promise<Uint8Array | undefined> {
    return this.#queue.run(work, async (thread) => {
      try {
        return await thread.decode(bytes, header, input, this.take(input));
      } finally {
        this.#decoded(this.#decoder);
      }
    });
  }

  /** A buffer for a model's input; its contents are undefined. */
  take({ width, height }: ImageInput): Uint8Array {
    return new Uint8Array(this.#spareOf(width * height * 3).take());
  }

  /** Takes back pixels that were copied or are not needed, for use by a later image. */
  recycle(pixels: Uint8Array): void {
    this.#spareOf(pixels.byteLength).give(pixels.buffer as ArrayBuffer);
  }

  /** Takes back the bytes of a decoded image, for use by a later request body. */
  recycleBytes(bytes: Uint8Array): void {
    this.#bodies?.give(bytes.buffer as ArrayBuffer);
  }

  #spareOf(imageBytes: number): SpareBuffers {
    const spare = this.#spare.get(imageBytes) ?? new SpareBuffers(imageBytes);
    this.#spare.set(imageBytes, spare);
    return spare;
  }

  /** Ends the threads; GPU threads end once they are idle. */
  async close(): Promise<void> {
    await Promise.all([this.gpu?.close(), ...this.#threads.map((thread) => thread.close())]);
  }
}
