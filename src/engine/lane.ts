import { Worker } from 'node:worker_threads';
import { ModelRefusedError } from './graph/index.js';
import type { BatchMessage, LaneReply, LaneWorkerData } from './lane-messages.js';
import type { Model } from './model-folder.js';

/** The best classes of one image, best first. Both have the model's `topK` entries. */
export interface Scores {
  readonly confidence: Float32Array;
  readonly labelIndex: Int32Array;
}

interface Pending {
  readonly count: number;
  readonly resolve: (scores: Scores[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One session on one device, in a thread of its own, running one batch at a time. The batch travels there and
 * back in one transferred buffer, which is reused.
 */
export class Lane {
  readonly #worker: Worker;
  readonly #imageBytes: number;
  readonly #topK: number;
  readonly warmUpMs: number;
  #buffer: ArrayBuffer;
  #pending: Pending | undefined;

  private constructor(worker: Worker, model: Model, maxBatchSize: number, warmUpMs: number) {
    this.#worker = worker;
    this.#imageBytes = model.imageBytes;
    this.#topK = model.topK;
    this.#buffer = new ArrayBuffer(maxBatchSize * model.imageBytes);
    this.warmUpMs = warmUpMs;
    worker.on('message', (reply: LaneReply) => this.#receive(reply));
  }

  /**
   * Opens the session and runs the warm-up: one batch of `maxBatchSize` images and one of 1.
   *
   * @throws {ModelRefusedError} when the runtime cannot open or run the graph
   */
  static open(model: Model, maxBatchSize: number): Promise<Lane> {
    const { width, height } = model.manifest.input;
    const workerData: LaneWorkerData = { graph: model.graph, width, height, maxBatchSize };
    const worker = new Worker(new URL('./lane-worker.js', import.meta.url), { workerData });
    return new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (reply: LaneReply) => {
        worker.removeListener('error', reject);
        if (reply.kind === 'ready') resolve(new Lane(worker, model, maxBatchSize, reply.warmUpMs));
        else
          reject(
            new ModelRefusedError(
              `the model cannot be run (do labels.txt and its classes match in number?): ${reply.kind === 'refused' ? reply.message : reply.kind}`,
            ),
          );
      });
    });
  }

  /**
   * Runs 1 to maxBatchSize images, each the model's height * width * 3 bytes, and answers in their order. They
   * are copied before this returns. A second call before the first has settled is a bug.
   */
  run(images: readonly Uint8Array[]): Promise<Scores[]> {
    if (this.#pending) throw new Error('the lane is busy. This is a bug.');
    const buffer = this.#buffer;
    const batch = new Uint8Array(buffer);
    images.forEach((image, i) => {
      batch.set(image, i * this.#imageBytes);
    });
    return new Promise((resolve, reject) => {
      this.#pending = { count: images.length, resolve, reject };
      const message: BatchMessage = { buffer, count: images.length };
      this.#worker.postMessage(message, [buffer]);
    });
  }

  /** Ends the thread. It must be idle: ending a thread inside a run aborts the process. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(reply: LaneReply): void {
    const pending = this.#pending;
    if (!pending || reply.kind === 'ready' || reply.kind === 'refused') return;
    this.#pending = undefined;
    this.#buffer = reply.buffer;
    if (reply.kind === 'failed') {
      pending.reject(new Error(reply.message));
      return;
    }
    const k = this.#topK;
    const scores: Scores[] = [];
    for (let i = 0; i < pending.count; i++) {
      scores.push({
        confidence: reply.confidence.subarray(i * k, (i + 1) * k),
        labelIndex: reply.labelIndex.subarray(i * k, (i + 1) * k),
      });
    }
    pending.resolve(scores);
  }
}
