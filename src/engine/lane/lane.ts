import { Worker } from 'node:worker_threads';
import type { SessionSource } from '../provider.js';
import { type LaneImage, pixelsOf, wantsAllScores } from './lane-image.js';
import type { LaneReply, LaneRequest, LaneWorkerData, MeasuredBatch } from './lane-messages.js';
import { curveBatchSizes } from './measure-curve.js';
import { type Scores, ScoresNotFiniteError } from './scores.js';

/** What a lane needs to know about the model that it runs. */
export interface LaneModel {
  readonly manifest: { readonly input: { readonly width: number; readonly height: number } };
  /** One per class. */
  readonly labels: { readonly length: number };
  readonly imageBytes: number;
  readonly topK: number;
}

/** The batch sizes that a lane is prepared for. */
export interface LaneSizes {
  readonly maxBatchSize: number;
  /** In ascending order; empty allows every size. */
  readonly allowedBatchSizes: readonly number[];
}

/** The runtime could not open the session or run the warm-up. The message comes from the runtime, for the operator. */
export class LaneRefusedError extends Error {
  override readonly name = 'LaneRefusedError';
}

interface Pending {
  readonly resolve: (reply: LaneReply) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One session on one device, in its own thread. It runs one batch at a time; further batches wait in the thread's
 * inbox, so that the next one starts as soon as one finishes. A batch travels to the thread and back in one
 * transferred buffer, which is reused.
 */
export class Lane {
  readonly warmUpMs: number;
  /** Milliseconds per batch, in ascending order of batch size, measured during the warm-up. */
  readonly curve: readonly MeasuredBatch[];
  /** Nodes that the CPU runs for a GPU provider, if that is allowed. */
  readonly cpuNodes: readonly string[];
  readonly #worker: Worker;
  readonly #imageBytes: number;
  #bufferBytes: number;
  readonly #topK: number;
  readonly #classes: number;
  /** Back from the thread, for the next batch; as many as there were batches at once. */
  readonly #buffers: ArrayBuffer[] = [];
  /** In the order of the requests; replies come in the same order. */
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
    this.#classes = model.labels.length;
    this.#bufferBytes = maxBatchSize * model.imageBytes;
    this.warmUpMs = warmUpMs;
    this.curve = curve;
    this.cpuNodes = cpuNodes;
    worker.on('message', (reply: LaneReply) => this.#receive(reply));
  }

  /**
   * Opens the session and runs the warm-up, which measures the latency curve unless it is known.
   *
   * @param measuring called with the share of the curve, 0 to 1, that is measured
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
   * Runs images and answers in their order; an image whose scores are not numbers gets an error. The images are copied
   * before this returns. The padding up to `paddedSize` is whatever an earlier batch left in the buffer; its scores are
   * discarded.
   */
  async run(
    images: readonly LaneImage[],
    paddedSize: number,
  ): Promise<(Scores | ScoresNotFiniteError)[]> {
    const buffer = this.#takeBuffer(paddedSize * this.#imageBytes);
    const batch = new Uint8Array(buffer);
    images.forEach((image, i) => {
      batch.set(pixelsOf(image), i * this.#imageBytes);
    });
    const allScores = images.some(wantsAllScores);
    const request = { kind: 'run', buffer, batchSize: paddedSize, allScores } as const;
    const reply = await this.#ask(request, [buffer]);
    if (reply.kind !== 'done') throw new Error(`unexpected reply ${reply.kind}. This is a bug.`);
    return images.map((image, i) => {
      const best = scoresAt(i, reply, this.#topK);
      if (best instanceof ScoresNotFiniteError || !wantsAllScores(image)) return best;
      const all = reply.scores?.subarray(i * this.#classes, (i + 1) * this.#classes);
      return all ? { ...best, all } : best;
    });
  }

  /** Runs one black image. Rejects if the session fails even on that. */
  async warmUp(): Promise<void> {
    await this.#ask({ kind: 'warmUp' });
  }

  /** Ends the thread, which must be idle: ending a thread inside a run aborts the whole process. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #takeBuffer(neededBytes: number): ArrayBuffer {
    // Only a reload that raised the limit makes a batch larger than at the start.
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
  // NaN and infinity cannot be written as JSON.
  if (!confidence.every(Number.isFinite)) return new ScoresNotFiniteError();
  return { confidence, labelIndex: batch.labelIndex.subarray(index * k, (index + 1) * k) };
}
