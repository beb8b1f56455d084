import type { ImageSettlement } from '../../models/classifier.js';
import { Problem } from '../../problem/problem.js';
import { type StageTimes, stageTimes } from '../../telemetry/stage-times.js';
import type { Exchange } from '../exchange.js';

/**
 * Headers that describe how images were run: one value per image, in order, "-" for an image without a result.
 *
 * @param close whether to close the connection after the answer
 */
export function settlementHeaders(
  { id, startedMs }: Exchange,
  outcomes: readonly (ImageSettlement | Problem)[],
  close: boolean,
): Record<string, string> {
  const each = (value: (settlement: ImageSettlement) => string) =>
    outcomes.map((outcome) => (outcome instanceof Problem ? '-' : value(outcome))).join(', ');
  const headers: Record<string, string> = {
    'Server-Timing': each((settlement) => serverTiming(stageTimes(startedMs, settlement))),
    'X-Batch-Size': each(({ batchSize }) => String(batchSize)),
    'X-Batch-Reason': each(({ reason }) => reason),
    'X-Request-Id': id,
  };
  if (close) headers['Connection'] = 'close';
  return headers;
}

/** The value of Server-Timing (W3C) for one image. */
function serverTiming({ receive, decode, queue, infer }: StageTimes): string {
  return `receive;dur=${receive.toFixed(2)}, decode;dur=${decode.toFixed(2)}, queue;dur=${queue.toFixed(2)}, infer;dur=${infer.toFixed(2)}`;
}
