import { Worker } from 'node:worker_threads';
import type { ImageInput } from '../../engine/index.js';
import { UndecodableImageError } from '../header/image-errors.js';
import type { ImageHeader } from '../header/image-header.js';
import type { DecodeJob, DecodeReply, DecodeWorkerData } from './decode-messages.js';

interface Pending {
  readonly resolve: (pixels: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** Takes back buffers that are no longer needed. */
export interface Recycling {
  recycle(pixels: Uint8Array): void;
  recycleBytes(bytes: Uint8Array): void;
}

/** The main thread's end of one decode thread. A failure in the thread affects only its image. */
export class DecodeThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #recycling: Recycling;
  #nextId = 0;

  constructor(workerData: DecodeWorkerData, recycling: Recycling) {
    this.#recycling = recycling;
    this.#worker = new Worker(new URL('./decode-worker.js', import.meta.url), { workerData });
    this.#worker.on('message', (reply: DecodeReply) => this.#receive(reply));
  }

  /**
   * Decodes into `pixels` and resolves with them. Both buffers are transferred.
   *
   * @throws {UndecodableImageError}
   */
  decode(
    bytes: Uint8Array,
    header: ImageHeader,
    input: ImageInput,
    pixels: Uint8Array,
  ): Promise<Uint8Array> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      const job: DecodeJob = { id, bytes, header, input, pixels };
      this.#worker.postMessage(job, [bytes.buffer as ArrayBuffer, pixels.buffer as ArrayBuffer]);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive({ id, bytes, pixels, outcome, message }: DecodeReply): void {
    this.#recycling.recycleBytes(bytes);
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    if (outcome === 'decoded') {
      pending.resolve(pixels);
      return;
    }
    this.#recycling.recycle(pixels);
    pending.reject(outcome === 'failed' ? new Error(message) : new UndecodableImageError());
  }
}
