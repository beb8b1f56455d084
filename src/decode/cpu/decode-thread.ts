import { Worker } from 'node:worker_threads';
import type { ImageInput } from '../../engine/index.js';
import { ThreadClosedError, ThreadEndedError, ThreadLink } from '../../threads/index.js';
import { UndecodableImageError } from '../header/image-errors.js';
import type { ImageHeader } from '../header/image-header.js';
import type { DecodeJob, DecodeReply, DecodeWorkerData } from './decode-messages.js';

/** Takes back buffers that are no longer needed. */
export interface Recycling {
  recycle(pixels: Uint8Array): void;
  recycleBytes(bytes: Uint8Array): void;
}

/**
 * The main thread's end of one decode thread. A thread that stops is replaced when the next image arrives, so that
 * only the images in it fail.
 */
export class DecodeThread {
  readonly #workerData: DecodeWorkerData;
  readonly #recycling: Recycling;
  readonly #ended: (reason: Error) => void;
  #link: ThreadLink<DecodeJob, DecodeReply> | undefined;

  /** @param ended called when a thread that had started has stopped; the images in it have failed */
  constructor(workerData: DecodeWorkerData, recycling: Recycling, ended: (reason: Error) => void) {
    this.#workerData = workerData;
    this.#recycling = recycling;
    this.#ended = ended;
    this.#link = this.#start();
  }

  /** Resolves when the thread can decode. Rejects with ThreadRefusedError if it cannot. */
  get ready(): Promise<void> {
    return this.#running().ready;
  }

  /**
   * Decodes into `pixels` and resolves with them. Both buffers are transferred.
   *
   * @throws {UndecodableImageError}
   * @throws {ThreadEndedError} {ThreadRefusedError} both buffers are lost
   */
  async decode(
    bytes: Uint8Array,
    header: ImageHeader,
    input: ImageInput,
    pixels: Uint8Array,
  ): Promise<Uint8Array> {
    const reply = await this.#running().ask({ bytes, header, input, pixels }, [
      bytes.buffer as ArrayBuffer,
      pixels.buffer as ArrayBuffer,
    ]);
    this.#recycling.recycleBytes(reply.bytes);
    if (reply.outcome === 'decoded') return reply.pixels;
    this.#recycling.recycle(reply.pixels);
    throw reply.outcome === 'failed' ? new Error(reply.message) : new UndecodableImageError();
  }

  async close(): Promise<void> {
    await this.#link?.close();
  }

  #running(): ThreadLink<DecodeJob, DecodeReply> {
    this.#link ??= this.#start();
    return this.#link;
  }

  #start(): ThreadLink<DecodeJob, DecodeReply> {
    const code = new URL('./decode-worker.js', import.meta.url);
    const worker = new Worker(code, { workerData: this.#workerData });
    const link = new ThreadLink<DecodeJob, DecodeReply>('decode thread', worker);
    void link.ended.then((reason) => {
      if (reason instanceof ThreadClosedError) return;
      this.#link = undefined;
      void link.close();
      if (reason instanceof ThreadEndedError) this.#ended(reason);
    });
    return link;
  }
}
