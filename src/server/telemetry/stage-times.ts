import type { Millis, Settlement } from '../../batcher/index.js';

/** The milliseconds that an image spent in each stage. */
export interface StageTimes {
  readonly receive: Millis;
  readonly decode: Millis;
  readonly queue: Millis;
  readonly infer: Millis;
}

export function stageTimes(startedMs: Millis, settlement: Settlement<unknown>): StageTimes {
  const { acceptedMs, enteredMs, dispatchedMs, finishedMs } = settlement;
  return {
    receive: acceptedMs - startedMs,
    decode: enteredMs - acceptedMs,
    queue: dispatchedMs - enteredMs,
    infer: finishedMs - dispatchedMs,
  };
}
