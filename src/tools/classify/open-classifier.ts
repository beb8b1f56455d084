import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { EngineUnavailableError, LaneEndedError, LaneHungError } from '../../batcher/index.js';
import { openDecodePool, walkImageHeader, walkInTurns } from '../../decode/index.js';
import { curveBatchSizes, type Scores } from '../../engine/index.js';
import { readGpuHost } from '../../native/index.js';
import type { Config } from '../../server/config/config.js';
import { decodeMemoryBytes } from '../../server/decode-memory.js';
import { UploadBudget } from '../../server/http/receive/upload-budget.js';
import { Lifecycle } from '../../server/lifecycle.js';
import { openModel } from '../../server/models/open-model.js';
import { planProcesses } from '../../server/supervisor/plan-processes.js';
import { systemClock } from '../../server/system-clock.js';
import { Metrics } from '../../server/telemetry/metrics.js';
import { usableCores } from '../../threads/index.js';
import { ToolError } from '../tool-error.js';

/** Nobody waits for an answer, but the batcher wants a deadline: a day. */
const DEADLINE_MS = 24 * 3_600_000;
/** So many images for each decode thread keep it busy while others are read, queued or written. */
const IMAGES_PER_THREAD = 8;
/** Time for threads to end when a lane or the GPU's decoder has stopped working. */
const HUNG_CLOSE_MS = 2000;
/** One batch runs, one is full, and one gathers. */
const BATCHES_PER_LANE = 3;

/** The path of an image from its bytes to its scores, without a server around it. */
export interface OpenClassifier {
  readonly model: string;
  readonly labels: readonly string[];
  /** What runs the model, for people. */
  readonly device: string;
  /** How many images keep the decode threads and the lanes busy. */
  readonly inFlight: number;
  /**
   * @throws {ToolError} the model has stopped working, so that no other image can be classified
   * @throws {Error} the image's own, as toProblem understands them
   */
  readonly classify: (bytes: Buffer) => Promise<Scores>;
  readonly close: () => Promise<void>;
}

/**
 * Opens the first model of the configuration with the decode threads, batcher and lanes of a server's only process.
 *
 * @throws as openDecodePool, planProcesses and openModel
 */
export async function openClassifier(
  config: Config,
  say: (line: string) => void,
): Promise<OpenClassifier> {
  const { batching, decode, engine } = config;
  const { gpus } = engine.provider === 'cpu' ? { gpus: [] } : await readGpuHost();
  const first = planProcesses({ engine, server: { ...config.server, processes: 1 } }, gpus)[0];
  const plan = { ...first, index: 0, total: 1 };
  if (plan.gpu) process.env['CUDA_VISIBLE_DEVICES'] = plan.gpu.uuid;
  const metrics = new Metrics(curveBatchSizes(batching.maxBatchSize, batching.allowedBatchSizes));
  const uploads = new UploadBudget(config.server);
  const threads = decode.threads || Math.max(2, usableCores());
  let hasStopped = false;
  const stopped = () => {
    hasStopped = true;
  };
  const { pool } = await openDecodePool({
    choice: decode.decoder,
    threads,
    hasGpu: plan.gpu !== undefined,
    maxBytes: decodeMemoryBytes(1),
    clock: systemClock,
    decoded: () => {},
    bodies: uploads.spare,
    alphaBackground: decode.alphaBackground,
    say,
    threadEnded: (reason) => say(`decode thread ended; a new one replaces it: ${reason.message}`),
    broken: stopped,
  });
  const dependencies = {
    decodePool: pool,
    lifecycle: new Lifecycle(),
    metrics,
    logger: pino({ level: 'silent' }),
    hung: stopped,
  };
  const [folder = ''] = config.models;
  const options = { folder, config, plan, batching: () => batching, say };
  const opened = await openModel(options, dependencies).catch(async (error: unknown) => {
    await pool.close();
    throw error;
  });
  const { model } = opened;
  const { lanes, device, provider } = model.describe();
  const wanted = BATCHES_PER_LANE * lanes * batching.maxBatchSize + IMAGES_PER_THREAD * threads;
  return {
    model: model.name,
    labels: model.labels,
    device: device === provider ? device : `${provider}, ${device}`,
    inFlight: Math.min(wanted, batching.maxQueueSize),
    async classify(bytes) {
      try {
        const header = await walkInTurns(walkImageHeader(bytes, decode, 'scan'));
        const startedMs = systemClock.now();
        const times = { startedMs, deadlineMs: startedMs + DEADLINE_MS };
        const [item] = model.classifier.accept([{ bytes, header }], times, false);
        const settlement = await item?.settled;
        if (settlement) return settlement.output;
        throw new Error('one image, no item. This is a bug.');
      } catch (error) {
        const isFatal =
          hasStopped ||
          error instanceof EngineUnavailableError ||
          error instanceof LaneHungError ||
          error instanceof LaneEndedError;
        if (!isFatal) throw error;
        throw new ToolError(`the model has stopped working on ${provider}`, { cause: error });
      }
    },
    async close() {
      const closed = model.batcher
        .drain()
        .then(() => Promise.all([opened.close(), pool.close()]))
        .then(() => true);
      if (!hasStopped) await closed;
      else if (!(await Promise.race([closed, sleep(HUNG_CLOSE_MS, false)]))) {
        // A thread inside a native call would keep the process alive. The reason is printed first.
        setImmediate(() => process.kill(process.pid, 'SIGKILL'));
      }
    },
  };
}
