import {
  Batcher,
  type BatcherObserver,
  type BatchLane,
  type BatchLimits,
} from '../../src/batcher/index.js';
import { systemClock } from '../../src/server/system-clock.js';

export const LIMITS: BatchLimits = {
  maxBatchSize: 32,
  maxQueueDelayMs: 1,
  allowedBatchSizes: [],
  maxQueueSize: 1_000_000,
};

/** Processes `count` items; `done` is called once for each item that has ended. */
export type Submit = (count: number, done: () => void) => void;

/** Stands for the pixels, which the batcher never reads. */
export const INPUT = new Uint8Array(0);

const TIMEOUT_MS = 10_000;
/**
 * Uploads take different times, so deadlines are spread over this many milliseconds; each has its own Node timer
 * list.
 */
const DEADLINE_SPREAD_MS = 8;

/** Answers in the next turn of the event loop, as a message from a lane's thread would. */
const instantLane: BatchLane<Uint8Array, Uint8Array> = {
  run: (inputs) => new Promise((resolve) => setImmediate(resolve, inputs)),
  warmUp: async () => {},
};

/** Uses the batcher with the server's clock, timers and deadlines. */
export function throughBatcher(observer?: BatcherObserver<Uint8Array>): Submit {
  const batcher = new Batcher<Uint8Array, Uint8Array>({
    clock: systemClock,
    limits: LIMITS,
    lanes: [instantLane],
    ...(observer ? { observer } : {}),
  });
  return (count, done) => {
    for (let i = 0; i < count; i++) {
      const [item] = batcher.accept(1, deadlineMs(i));
      if (!item) throw new Error('an item was not accepted');
      batcher.enqueue(item, INPUT);
      void item.settled.then(done);
    }
  };
}

/** The control: the same items in batches of the same size on the same lane, without any accounting. */
export const withoutBatcher: Submit = (count, done) => {
  for (let sent = 0; sent < count; sent += LIMITS.maxBatchSize) {
    const size = Math.min(LIMITS.maxBatchSize, count - sent);
    const batch = Array.from({ length: size }, (_, i) => (deadlineMs(i) > 0 ? INPUT : INPUT));
    void instantLane.run(batch, size).then((outputs) => {
      for (let i = 0; i < outputs.length; i++) done();
    });
  }
};

function deadlineMs(i: number): number {
  return systemClock.now() + TIMEOUT_MS - (i % DEADLINE_SPREAD_MS);
}
