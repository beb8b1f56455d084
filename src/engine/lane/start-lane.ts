import { Tensor } from 'onnxruntime-node';
import { messageOf } from '../../message-of.js';
import type { StartedThread } from '../../threads/index.js';
import { CONFIDENCE, IMAGE, LABEL_INDEX, SCORES } from '../graph/index.js';
import { findCpuNodes } from './find-cpu-nodes.js';
import type {
  LaneReady,
  LaneReply,
  LaneRequest,
  LaneWorkerData,
  MeasuredBatch,
} from './lane-messages.js';
import { measureCurve } from './measure-curve.js';
import { openSessions } from './open-sessions.js';

/**
 * Opens the sessions of a lane in this thread and warms them up.
 *
 * @param measuring called with the share of the curve, 0 to 1, that is measured
 * @throws {Error} the runtime's
 */
export async function startLane(
  { source, height, width, batchSizes, curve: known }: LaneWorkerData,
  measuring: (share: number) => void,
): Promise<StartedThread<LaneRequest, LaneReply, LaneReady>> {
  const startedMs = performance.now();
  const imageBytes = height * width * 3;
  const mayFallBack = source.allowCpuNodes && source.provider !== 'cpu';
  const cpuNodes = mayFallBack ? await findCpuNodes(source, width, height, batchSizes[0]) : [];
  const sessions = await openSessions(source, batchSizes);

  async function run(buffer: ArrayBuffer, batchSize: number, allScores = false) {
    const pixels = new Uint8Array(buffer, 0, batchSize * imageBytes);
    const image = new Tensor('uint8', pixels, [batchSize, height, width, 3]);
    const outputs = await sessions(batchSize).run({ [IMAGE]: image }, allScores);
    return {
      confidence: outputs[CONFIDENCE]?.data as Float32Array,
      labelIndex: outputs[LABEL_INDEX]?.data as Int32Array,
      ...(allScores ? { scores: outputs[SCORES]?.data as Float32Array } : {}),
    };
  }

  /** Runs the largest batch first, which allocates all memory at once. */
  async function warmUp(): Promise<readonly MeasuredBatch[]> {
    const largest = batchSizes.at(-1) ?? 1;
    const black = new ArrayBuffer(largest * imageBytes);
    const runBlack = (batchSize: number) => run(black, batchSize);
    if (!known) return await measureCurve(batchSizes, runBlack, measuring);
    // On CUDA each session runs only one size; on the other providers, these two sizes cover all others.
    const sizes =
      source.provider === 'cuda' ? batchSizes.toReversed() : [largest, batchSizes[0] ?? 1];
    for (const batchSize of sizes) await runBlack(batchSize);
    return known;
  }

  const curve = await warmUp();
  return {
    ready: { warmUpMs: performance.now() - startedMs, curve, cpuNodes },
    async answer({ buffer, batchSize, allScores }) {
      try {
        const outputs = await run(buffer, batchSize, allScores);
        return { reply: { buffer, ...outputs }, transfer: [buffer] };
      } catch (error) {
        return { reply: { buffer, failure: messageOf(error) }, transfer: [buffer] };
      }
    },
  };
}
