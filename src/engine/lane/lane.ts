import { Worker } from 'node:worker_threads';
import type { LaneReply, LaneRequest, LaneWorkerData, MeasuredBatch } from './lane-messages.js';
import { curveBatchSizes } from './measure-curve.js';
import type { SessionSource } from '../provider.js';

/** The best classes of one image, best first. Both have the model's `topK` entries. */
export interface Scores {
  readonly confidence: Float32Array;
  readonly labelIndex: Int32Array;
}

/** What a lane must know of the model that it runs. */
export interface LaneModel {
  readonly manifest: { readonly input: { readonly width: number; readonly height: number } };
  readonly imageBytes: number;
  readonly topK: number;
}

/** Sizes that a lane is prepared for. */
export interface LaneSizes {
  readonly maxBatchSize: number;
  /** Rising; empty allows every size. */
  readonly allowedBatchSizes: readonly number[];
}

/** The model gave this image scores that are not numbers. */
export class ScoresNotFiniteError extends Error {
  override readonly name = 'ScoresNotFiniteError';
}

/** The runtime could not open the session or run the warm-up; the message is the runtime's, for the operator. */
export class LaneRefusedError extends Error {
  override readonly name = 'LaneRefusedError';
}

interface Pending {
  readonly resolve: (reply: LaneReply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One session on one device, in a thread of its own, running one batch at a time; further ones wait in its inbox, so
 * that it finds the next when it has finished one. A batch travels there and back in one transferred buffer, which is
 * reused.
 */
export class Lane {
  readonly warmUpMs: number;
  /** Milliseconds that a batch takes, by rising batch size, measured during the warm-up. */
  readonly curve: readonly MeasuredBatch[];
  /** Nodes that the CPU runs for a GPU's provider, where that is allowed. */
  readonly cpuNodes: readonly string[];
  readonly #worker: Worker;
  readonly #imageBytes: number;
  #bufferBytes: number;
  readonly #topK: number;
  /** Back from the thread, for the next batch; as many as there were batches at once. */
  readonly #buffers: ArrayBuffer[] = [];
  /** In the order in which they were asked, which is that of the replies. */
  readonly #pending: Pending[] = [];

  private constructor(
    worker: Worker,
    model: LaneModel,
    maxBatchSize: number,
    { warmUpMs, curve, cpuNodes }: Extract<LaneReply, { kind: 'ready' }>,
  ) {
    this.#worker = worker;
    this.#imageBytes = model.imageBytes;
    this.#topK = model.topK;
    this.#bufferBytes = maxBatchSize * model.imageBytes;
    this.warmUpMs = warmUpMs;
    this.curve = curve;
    this.cpuNodes = cpuNodes;
    worker.on('message', (reply: LaneReply) => this.#receive(reply));
  }

  /**
   * Opens the session and runs the warm-up, which measures the latency curve unless it is known.
   *
   * @param measuring told which share of the curve, 0 to 1, is measured
   * @throws {LaneRefusedError}
   */
  static open(
    model: LaneModel,
    source: SessionSource,
    { maxBatchSize, allowedBatchSizes }: LaneSizes,
    curve?: readonly MeasuredBatch[],
    measuring: (share: number) => void = () => {},
  ): Promise<Lane> {
    const { width, height } = model.manifest.input;
    const batchSizes = curveBatchSizes(maxBatchSize, allowedBatchSizes);
    const known = curve ? { curve } : {};
    const workerData: LaneWorkerData = { source, width, height, batchSizes, ...known };
    const worker = new Worker(new URL('./lane-worker.js', import.meta.url), { workerData });
    return new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.on('message', function opening(reply: LaneReply) {
        if (reply.kind === 'measuring') {
          measuring(reply.share);
          return;
        }
        worker.removeListener('message', opening);
        worker.removeListener('error', reject);
        if (reply.kind === 'ready') {
          resolve(new Lane(worker, model, maxBatchSize, reply));
          return;
        }
        void worker.terminate();
        reject(new LaneRefusedError(reply.kind === 'refused' ? reply.message : reply.kind));
      });
    });
  }

  /**
   * Runs images, each the model's height * width * 3 bytes, and answers in their order; an image whose scores are
   * not numbers gets an error. They are copied before this returns. What pads them up to `paddedSize` is whatever an
   * earlier batch left, and nobody sees its scores.
   */
  async run(
    images: readonly Uint8Array[],
    paddedSize: number,
  ): Promise<(Scores | ScoresNotFiniteError)[]> {
    const buffer = this.#takeBuffer(paddedSize * this.#imageBytes);
    const batch = new Uint8Array(buffer);
    images.forEach((image, i) => {
      batch.set(image, i * this.#imageBytes);
    });
    const request = { kind: 'run', buffer, batchSize: paddedSize } as const;
    const reply = await this.#ask(request, [buffer]);
    if (reply.kind !== 'done') throw new Error(`unexpected reply ${reply.kind}. This is a bug.`);
    return images.map((_, i) => scoresAt(i, reply, this.#topK));
  }

  /** Runs one black image. Rejects if the session fails even that. */
  async warmUp(): Promise<void> {
    await this.#ask({ kind: 'warmUp' });
  }

  /** Ends the thread. It must be idle: ending a thread inside a run aborts the process. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #takeBuffer(neededBytes: number): ArrayBuffer {
    // Larger than at the start only after a reload has raised the limit.
    this.#bufferBytes = Math.max(this.#bufferBytes, neededBytes);
    const buffer = this.#buffers.pop();
    return buffer && buffer.byteLength >= neededBytes ? buffer : new ArrayBuffer(this.#bufferBytes);
  }

  #ask(request: LaneRequest, transfer: readonly ArrayBuffer[] = []): Promise<LaneReply> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject });
      this.#worker.postMessage(request, transfer);
    });
  }

  #receive(reply: LaneReply): void {
    const pending = this.#pending.shift();
    if ('buffer' in reply && reply.buffer) this.#buffers.push(reply.buffer);
    if (reply.kind === 'failed') pending?.reject(new Error(reply.message));
    else pending?.resolve(reply);
  }
}

function scoresAt(
  index: number,
  batch: { readonly confidence: Float32Array; readonly labelIndex: Int32Array },
  k: number,
): Scores | ScoresNotFiniteError {
  const confidence = batch.confidence.subarray(index * k, (index + 1) * k);
  // It would poison the answer's JSON.
  if (!confidence.every(Number.isFinite)) return new ScoresNotFiniteError();
  return { confidence, labelIndex: batch.labelIndex.subarray(index * k, (index + 1) * k) };
}
