import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Batcher, type BatchLane, type Item, LatencyCurve } from '../../src/batcher/index.js';
import { systemClock } from '../../src/server/system-clock.js';
import { median } from '../tools/quantile.js';
import { INPUT, LIMITS } from './harness.js';

/** CPU microseconds an item, at a queue of some length. Each is the median over chunks of items. */
export interface QueueLengthCost {
  readonly waiting: number;
  /** Accepting and enqueueing. */
  readonly enqueueMicros: number;
  /** Taking from the head in full batches, and settling. */
  readonly dispatchMicros: number;
  /** The newest, which the caches of the processor still hold. */
  readonly cancelNewestMicros: number;
  /** From anywhere in the queue: in a long one, out of main memory. */
  readonly cancelAnyMicros: number;
  /** Heap of one waiting item, its promise and its timer included; nothing if none waits. */
  readonly bytesPerItem?: number;
}

/** Items of one measurement; a queue "of length n" is this much longer while it is measured. */
const CHUNK = 16 * LIMITS.maxBatchSize;
const CHUNKS = 150;
/** So slow by its curve that the watchdog lets the lane be held, with deadlines far enough to be accepted. */
const CURVE = new LatencyCurve([{ batchSize: LIMITS.maxBatchSize, ms: 10_000 }]);
const TIMEOUT_MS = 1e9;

type Waiting = Item<Uint8Array, Uint8Array>;

/** A lane that runs the batches it is granted, at once, and holds the next one. */
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

/** Fills a queue, then enqueues, cancels and dispatches at that length over and over. */
export async function queueLengthCost(waiting: number): Promise<QueueLengthCost> {
  const lane = new HeldLane();
  // Without a window the first item alone takes the lane, and everything else waits.
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

/** A random one; the last takes its place. */
function takeAny(queue: Waiting[]): Waiting {
  const at = Math.floor(Math.random() * queue.length);
  const item = queue[at] as Waiting;
  queue[at] = queue[queue.length - 1] as Waiting;
  queue.pop();
  return item;
}

async function cpuMicros(work: () => unknown): Promise<number> {
  // What the last measurement left to be done is not this one's.
  await new Promise((resolve) => setImmediate(resolve));
  const started = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(started);
  return user + system;
}

/** After a collection, so that only what is held counts. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
