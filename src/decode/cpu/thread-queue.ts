import { type Millis, Pace } from '../../batcher/index.js';

/** One image in progress and one in the thread's inbox, so that a thread need not wait for the main thread. */
const IMAGES_PER_THREAD = 2;
/**
 * An image that costs this much or more is costly. A plain photo of 25 megapixels, a progressive one of 12 and a 4K
 * screenshot cost less and may use every thread.
 */
export const COSTLY_MS = 200;
/**
 * An image that needs less memory than this is small: it never waits for memory, because all threads together need
 * little for such images.
 */
export const LARGE_BYTES = 16 * 1024 * 1024;

/** What an image will take. */
export interface Cost {
  /** What decoding it is expected to take, on a machine like that where costs were measured. */
  readonly costMs: Millis;
  /** The memory that decoding it needs. */
  readonly memoryBytes: number;
}

/** What the queue must know of an image. */
export interface Work extends Cost {
  /** When its pixels must be there; later, nobody needs them. */
  readonly neededByMs: Millis;
  /** Asked when a thread is free: if it says no, the work is dropped. */
  readonly isWanted: () => boolean;
}

interface Slot<Thread> {
  readonly thread: Thread;
  /** Cost of the images that are in the thread. */
  loadMs: Millis;
  /** When it last finished one. */
  endedMs: Millis;
}

interface Waiting<Thread> {
  readonly work: Work;
  /** Runs the job. What it resolves with hands the job's result on. */
  readonly start: (thread: Thread) => Promise<() => void>;
  readonly drop: () => void;
}

/** Images of one class, first in, first out. */
interface Line<Thread> {
  readonly mostInThreads: number;
  inThreads: number;
  readonly waiting: Waiting<Thread>[];
  /** Cost of all of them, in threads or waiting. */
  loadMs: Millis;
}

/**
 * Gives each image to the thread that has least to do. Costly images wait in a line of their own, so that one thread has
 * none of them: however many there are, they do not hold up the small ones. An image whose pixels would come too late
 * makes room for the others.
 *
 * All threads together have a limit on memory. A large image that would exceed it waits until others have ended; one
 * that exceeds it alone runs alone. Of large images, the one that has waited longest is next.
 */
export class ThreadQueue<Thread> {
  readonly #slots: readonly Slot<Thread>[];
  readonly #cheap: Line<Thread>;
  readonly #costly: Line<Thread>;
  /** Of this machine under its present load. */
  readonly #pace = new Pace();
  readonly #now: () => Millis;
  readonly #maxBytes: number;
  /** Memory of the large images in threads. */
  #largeBytes = 0;
  /** How many large images there are, in threads or waiting, and how long they occupy the memory. */
  #larges = 0;
  #memoryMs: Millis = 0;
  /** The large image that waits for memory and is next. */
  #nextLarge: Work | undefined;

  /** @param maxBytes the memory that images in all threads may need together */
  constructor(threads: readonly Thread[], now: () => Millis, maxBytes = Number.POSITIVE_INFINITY) {
    this.#slots = threads.map((thread) => ({ thread, loadMs: 0, endedMs: 0 }));
    this.#cheap = newLine(threads.length * IMAGES_PER_THREAD);
    this.#costly = newLine(Math.max(1, threads.length - 1));
    this.#now = now;
    this.#maxBytes = maxBytes;
  }

  /** Runs `job` with a thread when one is free for it; undefined if the work was dropped. */
  run<Result>(work: Work, job: (thread: Thread) => Promise<Result>): Promise<Result | undefined> {
    const line = this.#lineOf(work.costMs);
    return new Promise<Result | undefined>((resolve, reject) => {
      const start = async (thread: Thread) => {
        try {
          const result = await job(thread);
          return () => resolve(result);
        } catch (error) {
          return () => reject(error);
        }
      };
      line.waiting.push({ work, start, drop: () => resolve(undefined) });
      line.loadMs += work.costMs;
      this.#occupy(work, 1);
      this.#fill(line);
    });
  }

  get isEmpty(): boolean {
    return isEmpty(this.#cheap) && isEmpty(this.#costly);
  }

  /** How long it will take until all of these images are decoded, if they come now. */
  expectedMs(costs: readonly Cost[]): Millis {
    let [costMs, mostMs, memoryMs] = [0, 0, 0];
    for (const cost of costs) {
      costMs += cost.costMs;
      mostMs = Math.max(mostMs, cost.costMs);
      if (isLarge(cost)) memoryMs += this.#memoryMsOf(cost);
    }
    const line = this.#lineOf(mostMs);
    const waitsForMemory = memoryMs > 0 && this.#larges > 0;
    // With nothing before it, it may be as quick as it can be: a slow spell may be over. The sum of the costs cannot tell:
    // it is seldom exactly 0 again.
    if (isEmpty(line) && !waitsForMemory) return costMs;
    const threads = this.#slots.length;
    const free = line === this.#cheap ? threads - this.#costly.inThreads : threads - 1;
    const threadMs = line.loadMs / Math.max(1, free) + costMs;
    const slowerMs = waitsForMemory ? Math.max(threadMs, this.#memoryMs + memoryMs) : threadMs;
    return slowerMs * this.#pace.safeFactor;
  }

  /** How long a large image keeps others from the memory: those that fit beside each other share the time. */
  #memoryMsOf({ costMs, memoryBytes }: Cost): Millis {
    return costMs / Math.max(1, Math.floor(this.#maxBytes / memoryBytes));
  }

  /** @param change 1 for an image that comes, -1 for one that goes */
  #occupy(cost: Cost, change: 1 | -1): void {
    if (!isLarge(cost)) return;
    this.#larges += change;
    this.#memoryMs += change * this.#memoryMsOf(cost);
  }

  #lineOf(costMs: Millis): Line<Thread> {
    return costMs < COSTLY_MS ? this.#cheap : this.#costly;
  }

  #fill(line: Line<Thread>): void {
    while (line.inThreads < line.mostInThreads) {
      const index = line.waiting.findIndex(({ work }) => this.#hasMemory(work));
      const [next] = index === -1 ? [] : line.waiting.splice(index, 1);
      if (!next) return;
      if (this.#nextLarge === next.work) this.#nextLarge = undefined;
      if (this.#isWorthwhile(next.work, line)) void this.#start(next, line);
      else {
        line.loadMs -= next.work.costMs;
        this.#occupy(next.work, -1);
        next.drop();
      }
    }
  }

  /** Small images overtake a large one that waits. */
  #hasMemory(work: Work): boolean {
    if (!isLarge(work)) return true;
    this.#nextLarge ??= work;
    const bytes = this.#largeBytes + work.memoryBytes;
    return this.#nextLarge === work && (bytes <= this.#maxBytes || this.#largeBytes === 0);
  }

  #isWorthwhile({ costMs, neededByMs, isWanted }: Work, { waiting }: Line<Thread>): boolean {
    if (!isWanted()) return false;
    // The last one may try: the threads may be faster than they were.
    const finishMs = this.#now() + (waiting.length > 0 ? costMs * this.#pace.safeFactor : 0);
    return finishMs < neededByMs;
  }

  async #start({ work, start }: Waiting<Thread>, line: Line<Thread>): Promise<void> {
    const { costMs } = work;
    const largeBytes = isLarge(work) ? work.memoryBytes : 0;
    const slot = this.#leastLoaded();
    const givenMs = this.#now();
    line.inThreads++;
    slot.loadMs += costMs;
    this.#largeBytes += largeBytes;
    const handOn = await start(slot.thread);
    // It began when the thread had finished the one before.
    const startedMs = Math.max(givenMs, slot.endedMs);
    slot.endedMs = this.#now();
    this.#pace.saw(costMs, slot.endedMs - startedMs);
    slot.loadMs -= costMs;
    line.loadMs -= costMs;
    line.inThreads--;
    this.#largeBytes -= largeBytes;
    this.#occupy(work, -1);
    handOn();
    this.#fill(line);
    // A large image of the other line may have waited for its memory.
    if (largeBytes > 0) this.#fill(line === this.#cheap ? this.#costly : this.#cheap);
  }

  #leastLoaded(): Slot<Thread> {
    return this.#slots.reduce((best, slot) => (slot.loadMs < best.loadMs ? slot : best));
  }
}

function isLarge({ memoryBytes }: Cost): boolean {
  return memoryBytes >= LARGE_BYTES;
}

function isEmpty<Thread>({ inThreads, waiting }: Line<Thread>): boolean {
  return inThreads + waiting.length === 0;
}

function newLine<Thread>(mostInThreads: number): Line<Thread> {
  return { mostInThreads, inThreads: 0, waiting: [], loadMs: 0 };
}
