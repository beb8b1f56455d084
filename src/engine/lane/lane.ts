import { Worker } from 'node:worker_threads';
import { ThreadLink } from '../../threads/index.js';
import type { SessionSource } from '../provider.js';
import { type LaneImage, pixelsOf, wantsAllScores } from './lane-image.js';
import type {
  LaneReady,
  LaneReply,
  LaneRequest,
  LaneWorkerData,
  MeasuredBatch,
} from './lane-messages.js';
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

type LaneLink = ThreadLink<LaneRequest, LaneReply, LaneReady, number>;

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
  readonly #link: LaneLink;
  readonly #imageBytes: number;
  readonly #warmUpBatchSize: number;
  #bufferBytes: number;
  readonly #topK: number;
  readonly #classes: number;
  /** Buffers that the thread returned, for later batches; as many as there were batches in flight at once. */
  readonly #buffers: ArrayBuffer[] = [];

  private constructor(
    link: LaneLink,
    model: LaneModel,
    batchSizes: readonly number[],
    { warmUpMs, curve, cpuNodes }: LaneReady,
  ) {
    this.#link = link;
    this.#imageBytes = model.imageBytes;
    this.#topK = model.topK;
    this.#classes = model.labels.length;
    this.#warmUpBatchSize = batchSizes[0] ?? 1;
    this.#bufferBytes = (batchSizes.at(-1) ?? 1) * model.imageBytes;
    this.warmUpMs = warmUpMs;
    this.curve = curve;
    this.cpuNodes = cpuNodes;
  }

  /**
   * Opens the session and runs the warm-up, which measures the latency curve unless it is known.
   *
   * @param measuring called with the share of the curve, 0 to 1, that is measured
   * @throws {ThreadRefusedError} the runtime could not open the session or run the warm-up
   */
  static async open(
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
    const link: LaneLink = new ThreadLink('lane thread', worker, measuring);
    return new Lane(link, model, batchSizes, await link.ready);
  }

  /** Resolves with the reason when the thread stops. */
  get ended(): Promise<Error> {
    return this.#link.ended;
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
    const reply = await this.#link.ask({ buffer, batchSize: paddedSize, allScores }, [buffer]);
    this.#buffers.push(reply.buffer);
    if ('failure' in reply) throw new Error(reply.failure);
    return images.map((image, i) => {
      const best = scoresAt(i, reply, this.#topK);
      if (best instanceof ScoresNotFiniteError || !wantsAllScores(image)) return best;
      const all = reply.scores?.subarray(i * this.#classes, (i + 1) * this.#classes);
      return all?.every(Number.isFinite) ? { ...best, all } : new ScoresNotFiniteError();
    });
  }

  /** Runs the smallest batch, of black images. Rejects if the session fails even on that. */
  async warmUp(): Promise<void> {
    const batchSize = this.#warmUpBatchSize;
    const buffer = new ArrayBuffer(batchSize * this.#imageBytes);
    const reply = await this.#link.ask({ buffer, batchSize, allScores: false }, [buffer]);
    if ('failure' in reply) throw new Error(reply.failure);
  }

  /** Ends the thread, which must be idle: ending a thread inside a run aborts the whole process. */
  async close(): Promise<void> {
    await this.#link.close();
  }

  #takeBuffer(neededBytes: number): ArrayBuffer {
    // Only a reload that raised the limit makes a batch larger than at the start.
    this.#bufferBytes = Math.max(this.#bufferBytes, neededBytes);
    const buffer = this.#buffers.pop();
    return buffer && buffer.byteLength >= neededBytes ? buffer : new ArrayBuffer(this.#bufferBytes);
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
