import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Batcher, type BatchLane, type Item, LatencyCurve } from '../../src/batcher/index.js';
import { systemClock } from '../../src/server/system-clock.js';
import { median } from '../tools/quantile.js';
import { INPUT, LIMITS } from './harness.js';

/** CPU microseconds per item at a given queue length. Each value is the median over chunks of items. */
export interface QueueLengthCost {
  readonly waiting: number;
  /** Accepting and enqueueing. */
  readonly enqueueMicros: number;
  /** Taking from the head in full batches, and settling. */
  readonly dispatchMicros: number;
  /** Cancelling the newest item, which is still in the processor's caches. */
  readonly cancelNewestMicros: number;
  /** Cancelling a random item; in a long queue it must be read from main memory. */
  readonly cancelAnyMicros: number;
  /** Heap bytes of one waiting item, including its promise and its timer; undefined if none waits. */
  readonly bytesPerItem?: number;
}

/** Number of items per measurement; a queue "of length n" is longer by this many while it is measured. */
const CHUNK = 16 * LIMITS.maxBatchSize;
const CHUNKS = 150;
/** So slow that the watchdog tolerates a held lane; the deadlines are far enough away for items to be accepted. */
const CURVE = new LatencyCurve([{ batchSize: LIMITS.maxBatchSize, ms: 10_000 }]);
const TIMEOUT_MS = 1e9;

type Waiting = Item<Uint8Array, Uint8Array>;

/** A lane that runs a limited number of batches at once, and holds the next one. */
class HeldLane implements BatchLane<Uint8Array, Uint8Array> {
  #granted = 0;
  #go = () => {};

  grant(batches: number): void {
    this.#granted = batches;
    this.#go();
  }

  async run(inputs: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    if (this.#granted === 0) {
      await new Promise<void>((resolve) => {
        this.#go = resolve;
      });
    }
    this.#granted--;
    return inputs;
  }

  async warmUp(): Promise<void> {}
}

/** Fills a queue, then repeatedly enqueues, cancels and dispatches at that length. */
export async function queueLengthCost(waiting: number): Promise<QueueLengthCost> {
  const lane = new HeldLane();
  // Without a window, the first item alone goes to the lane, and all others wait.
  const limits = { ...LIMITS, maxQueueDelayMs: 0, maxQueueSize: waiting + 2 * CHUNK };
  const options = { clock: systemClock, limits, lanes: [lane], curve: CURVE };
  const batcher = new Batcher<Uint8Array, Uint8Array>(options);
  const add = (count: number): Waiting[] =>
    Array.from({ length: count }, (_, i) => {
      const [item] = batcher.accept(1, systemClock.now() + TIMEOUT_MS + (i % 8)) as [Waiting];
      batcher.enqueue(item, INPUT);
      return item;
    });

  add(1);
  const heapBefore = heapBytes();
  const queue = add(waiting);
  const heapGrowth = heapBytes() - heapBefore;

  const enqueue: number[] = [];
  const cancelNewest: number[] = [];
  const cancelAny: number[] = [];
  const cancel = (items: readonly Waiting[]) =>
    cpuMicros(() => {
      for (const item of items) batcher.cancel(item);
    });
  const dispatch: number[] = [];
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    enqueue.push(await cpuMicros(() => queue.push(...add(CHUNK))));
    cancelNewest.push(await cancel(queue.splice(-CHUNK)));
    queue.push(...add(CHUNK));
    cancelAny.push(await cancel(Array.from({ length: CHUNK }, () => takeAny(queue))));
  }
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const left = batcher.undispatched;
    add(CHUNK);
    dispatch.push(
      await cpuMicros(async () => {
        lane.grant(CHUNK / LIMITS.maxBatchSize);
        while (batcher.undispatched > left) await null;
      }),
    );
  }
  lane.grant(Number.POSITIVE_INFINITY);
  await batcher.drain();
  return {
    waiting,
    enqueueMicros: median(enqueue) / CHUNK,
    dispatchMicros: median(dispatch) / CHUNK,
    cancelNewestMicros: median(cancelNewest) / CHUNK,
    cancelAnyMicros: median(cancelAny) / CHUNK,
    ...(waiting > 0 ? { bytesPerItem: Math.round(heapGrowth / waiting) } : {}),
  };
}

/** Removes a random element; the last one takes its place. */
function takeAny(queue: Waiting[]): Waiting {
  const at = Math.floor(Math.random() * queue.length);
  const item = queue[at] as Waiting;
  queue[at] = queue[queue.length - 1] as Waiting;
  queue.pop();
  return item;
}

async function cpuMicros(work: () => unknown): Promise<number> {
  // Finishes the work that the last measurement left.
  await new Promise((resolve) => setImmediate(resolve));
  const started = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(started);
  return user + system;
}

/** Heap size after a garbage collection, so that only live memory counts. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
