import type { Millis } from '../../../batcher/index.js';
import type { ImageSettlement } from '../../models/classifier.js';

/** Milliseconds that an image spent in each stage. */
export interface StageTimes {
  readonly receive: Millis;
  readonly decode: Millis;
  readonly queue: Millis;
  readonly infer: Millis;
}

export function stageTimes(startedMs: Millis, settlement: ImageSettlement): StageTimes {
  const { acceptedMs, enteredMs, dispatchedMs, finishedMs } = settlement;
  return {
    receive: acceptedMs - startedMs,
    decode: enteredMs - acceptedMs,
    queue: dispatchedMs - enteredMs,
    infer: finishedMs - dispatchedMs,
  };
}

/** The value of Server-Timing (W3C) for one image. */
export function serverTiming({ receive, decode, queue, infer }: StageTimes): string {
  return `receive;dur=${receive.toFixed(2)}, decode;dur=${decode.toFixed(2)}, queue;dur=${queue.toFixed(2)}, infer;dur=${infer.toFixed(2)}`;
}
