import { Tensor } from 'onnxruntime-node';
import type { StartedThread } from '../../threads/index.js';
import { CONFIDENCE, IMAGE, LABEL_INDEX } from '../graph/index.js';
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
 * @param measuring told which share of the curve, 0 to 1, is measured
 * @throws {Error} the runtime's
 */
export async function startLane(
  { source, height, width, batchSizes, curve: known }: LaneWorkerData,
  measuring: (share: number) => void,
): Promise<StartedThread<LaneRequest, LaneReply, LaneReady>> {
  const startedMs = performance.now();
  const imageBytes = height * width * 3;
  const mayFallBack = source.allowCpuNodes && source.provider !== 'cpu';
  const cpuNodes = mayFallBack ? await findCpuNodes(source, width, height) : [];
  const sessions = await openSessions(source, batchSizes);

  async function run(buffer: ArrayBuffer, batchSize: number) {
    const pixels = new Uint8Array(buffer, 0, batchSize * imageBytes);
    const image = new Tensor('uint8', pixels, [batchSize, height, width, 3]);
    const outputs = await sessions(batchSize).run({ [IMAGE]: image });
    return {
      confidence: outputs[CONFIDENCE]?.data as Float32Array,
      labelIndex: outputs[LABEL_INDEX]?.data as Int32Array,
    };
  }

  /** The largest batch first: it sizes the memory once for all. */
  async function warmUp(): Promise<readonly MeasuredBatch[]> {
    const largest = batchSizes.at(-1) ?? 1;
    const black = new ArrayBuffer(largest * imageBytes);
    const runBlack = (batchSize: number) => run(black, batchSize);
    if (!known) return await measureCurve(batchSizes, runBlack, measuring);
    // CUDA's sessions have a size each; the others' have seen every size once they have seen these.
    const sizes =
      source.provider === 'cuda' ? batchSizes.toReversed() : [largest, batchSizes[0] ?? 1];
    for (const batchSize of sizes) await runBlack(batchSize);
    return known;
  }

  const curve = await warmUp();
  return {
    ready: { warmUpMs: performance.now() - startedMs, curve, cpuNodes },
    async answer({ buffer, batchSize }) {
      try {
        return { reply: { buffer, ...(await run(buffer, batchSize)) }, transfer: [buffer] };
      } catch (error) {
        const failure = error instanceof Error ? error.message : String(error);
        return { reply: { buffer, failure }, transfer: [buffer] };
      }
    },
  };
}
