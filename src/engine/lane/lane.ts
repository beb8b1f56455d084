import { Worker } from 'node:worker_threads';
import { ThreadLink } from '../../threads/index.js';
import type {
  LaneReady,
  LaneReply,
  LaneRequest,
  LaneWorkerData,
  MeasuredBatch,
} from './lane-messages.js';
import { curveBatchSizes } from './measure-curve.js';
import type { Model } from '../model/model-folder.js';
import type { SessionSource } from '../provider.js';

/** The best classes of one image, best first. Both have the model's `topK` entries. */
export interface Scores {
  readonly confidence: Float32Array;
  readonly labelIndex: Int32Array;
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

type LaneLink = ThreadLink<LaneRequest, LaneReply, LaneReady, number>;

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
  readonly #link: LaneLink;
  readonly #imageBytes: number;
  readonly #warmUpBatchSize: number;
  #bufferBytes: number;
  readonly #topK: number;
  /** Back from the thread, for the next batch; as many as there were batches at once. */
  readonly #buffers: ArrayBuffer[] = [];

  private constructor(
    link: LaneLink,
    model: Model,
    batchSizes: readonly number[],
    { warmUpMs, curve, cpuNodes }: LaneReady,
  ) {
    this.#link = link;
    this.#imageBytes = model.imageBytes;
    this.#topK = model.topK;
    this.#warmUpBatchSize = batchSizes[0] ?? 1;
    this.#bufferBytes = (batchSizes.at(-1) ?? 1) * model.imageBytes;
    this.warmUpMs = warmUpMs;
    this.curve = curve;
    this.cpuNodes = cpuNodes;
  }

  /**
   * Opens the session and runs the warm-up, which measures the latency curve unless it is known.
   *
   * @param measuring told which share of the curve, 0 to 1, is measured
   * @throws {ThreadRefusedError} the runtime could not open the session or run the warm-up
   */
  static async open(
    model: Model,
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
    const reply = await this.#link.ask({ buffer, batchSize: paddedSize }, [buffer]);
    this.#buffers.push(reply.buffer);
    if ('failure' in reply) throw new Error(reply.failure);
    return images.map((_, i) => scoresAt(i, reply, this.#topK));
  }

  /** Runs the smallest batch, of black images. Rejects if the session fails even that. */
  async warmUp(): Promise<void> {
    const batchSize = this.#warmUpBatchSize;
    const buffer = new ArrayBuffer(batchSize * this.#imageBytes);
    const reply = await this.#link.ask({ buffer, batchSize }, [buffer]);
    if ('failure' in reply) throw new Error(reply.failure);
  }

  /** Ends the thread. It must be idle: ending a thread inside a run aborts the process. */
  async close(): Promise<void> {
    await this.#link.close();
  }

  #takeBuffer(neededBytes: number): ArrayBuffer {
    // Larger than at the start only after a reload has raised the limit.
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
  // It would poison the answer's JSON.
  if (!confidence.every(Number.isFinite)) return new ScoresNotFiniteError();
  return { confidence, labelIndex: batch.labelIndex.subarray(index * k, (index + 1) * k) };
}
