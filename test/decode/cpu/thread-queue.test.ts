import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import {
  COSTLY_MS,
  LARGE_BYTES,
  ThreadQueue,
  type Work,
} from '../../../src/decode/cpu/thread-queue.js';

const CHEAP = 1;
/** What is waited for may take a quarter longer than the mean. */
const MARGIN = 1.25;

function workOf(costMs: number, work: Partial<Work> = {}): Work {
  return {
    costMs,
    memoryBytes: 1,
    neededByMs: Number.POSITIVE_INFINITY,
    isWanted: () => true,
    ...work,
  };
}

/** Queues jobs that end when told to, and notes where each was started and which were dropped. */
class Desk {
  nowMs = 0;
  readonly queue: ThreadQueue<string>;
  readonly #end = new Map<string, () => void>();
  readonly started: string[] = [];
  readonly dropped: string[] = [];

  constructor(threads: number, maxBytes?: number) {
    const names = ['A', 'B', 'C', 'D'].slice(0, threads);
    this.queue = new ThreadQueue(names, () => this.nowMs, maxBytes);
  }

  expectedMs(costMs: number, memoryBytes = 1): number {
    return this.queue.expectedMs([{ costMs, memoryBytes }]);
  }

  async add(name: string, costMs: number, work: Partial<Work> = {}): Promise<void> {
    const run = this.queue.run(workOf(costMs, work), async (thread) => {
      this.started.push(`${name} on ${thread}`);
      await new Promise<void>((resolve) => this.#end.set(name, resolve));
      return name;
    });
    void run.then((result) => {
      if (result === undefined) this.dropped.push(name);
    });
    await setImmediate();
  }

  async end(name: string, afterMs = 0): Promise<void> {
    this.nowMs += afterMs;
    this.#end.get(name)?.();
    await setImmediate();
  }
}

t.test('an image goes to the thread that has least to do', async (t) => {
  const desk = new Desk(2);
  await desk.add('long', 100);
  await desk.add('short', 10);
  await desk.add('next', 5);
  t.same(desk.started, ['long on A', 'short on B', 'next on B']);
  await desk.end('long');
  await desk.add('last', 5);
  t.equal(desk.started.at(-1), 'last on A', 'what is done counts no more');
});

t.test('each thread has one image in the works and one in the inbox', async (t) => {
  const desk = new Desk(2);
  for (const name of ['1', '2', '3', '4', '5', '6']) await desk.add(name, CHEAP);
  t.same(desk.started, ['1 on A', '2 on B', '3 on A', '4 on B']);
  await desk.end('2');
  t.same(desk.started.slice(4), ['5 on B']);
});

t.test('costly images leave one thread free, and each other image finds it', async (t) => {
  for (const threads of [2, 3, 4]) {
    const desk = new Desk(threads);
    for (let i = 0; i < 6; i++) await desk.add(`costly ${i}`, COSTLY_MS);
    const others = ['A', 'B', 'C'].slice(0, threads - 1);
    t.same(
      desk.started,
      others.map((thread, i) => `costly ${i} on ${thread}`),
    );
    const free = ['A', 'B', 'C', 'D'][threads - 1];
    for (let i = 0; i < 20; i++) {
      await desk.add(`cheap ${i}`, CHEAP);
      t.equal(desk.started.at(-1), `cheap ${i} on ${free}`);
      await desk.end(`cheap ${i}`);
    }
    await desk.end('costly 0');
    t.equal(desk.started.at(-1), `costly ${threads - 1} on A`);
  }
});

t.test('costly images run in the order they came, where there is least to do', async (t) => {
  const desk = new Desk(2);
  await desk.add('first', COSTLY_MS);
  await desk.add('second', COSTLY_MS);
  await desk.add('third', COSTLY_MS);
  await desk.add('cheap', CHEAP);
  await desk.end('first');
  await desk.end('second');
  t.same(desk.started, ['first on A', 'cheap on B', 'second on A', 'third on A']);
});

t.test('one millisecond less is not costly', async (t) => {
  const desk = new Desk(2);
  await desk.add('1', COSTLY_MS - 1);
  await desk.add('2', COSTLY_MS - 1);
  t.same(desk.started, ['1 on A', '2 on B']);
});

t.test('a single thread takes both kinds', async (t) => {
  const desk = new Desk(1);
  await desk.add('costly', COSTLY_MS);
  await desk.add('costly too', COSTLY_MS);
  await desk.add('cheap', CHEAP);
  t.same(desk.started, ['costly on A', 'cheap on A']);
  await desk.end('costly');
  t.equal(desk.started.at(-1), 'costly too on A');
});

t.test('a job that fails makes room like any other', async (t) => {
  const queue = new ThreadQueue(['A', 'B'], () => 0);
  const fails = (thread: string) => Promise.reject(new Error(thread));
  const throws = (thread: string): Promise<string> => {
    throw new Error(thread);
  };
  for (const costMs of [CHEAP, COSTLY_MS]) {
    const work = workOf(costMs);
    for (let i = 0; i < 5; i++) await t.rejects(queue.run(work, fails), { message: 'A' });
    for (let i = 0; i < 5; i++) await t.rejects(queue.run(work, throws), { message: 'A' });
    t.equal(await queue.run(work, async (thread) => thread), 'A');
  }
});

t.test('what is not wanted any more is dropped, without a thread', async (t) => {
  const desk = new Desk(1);
  let isWanted = true;
  await desk.add('1', 10);
  await desk.add('2', 10);
  await desk.add('gone', 10, { isWanted: () => isWanted });
  await desk.add('next', 10);
  isWanted = false;
  await desk.end('1', 10);
  t.same(desk.started, ['1 on A', '2 on A', 'next on A']);
  t.same(desk.dropped, ['gone']);
  t.equal(desk.expectedMs(5), 25 * MARGIN, 'and it counts no more');
});

t.test('what would come too late makes room for what would not', async (t) => {
  const desk = new Desk(1);
  await desk.add('1', 10);
  await desk.add('2', 10);
  await desk.add('late', 10, { neededByMs: 10 + 10 * MARGIN });
  await desk.add('just in time', 10, { neededByMs: 10.001 + 10 * MARGIN });
  await desk.add('last', 10);
  await desk.end('1', 10);
  t.same(desk.dropped, ['late']);
  t.equal(desk.started.at(-1), 'just in time on A');
});

t.test('with nothing else to do, a thread tries what may come too late', async (t) => {
  for (const [neededByMs, started] of [
    [10, 2],
    [10.001, 3],
  ] as const) {
    const desk = new Desk(1);
    await desk.add('1', 10);
    await desk.add('2', 10);
    await desk.add('last', 10, { neededByMs });
    await desk.end('1', 10);
    t.equal(desk.started.length, started);
  }
});

t.test('what is waited for is the cost of all before it, shared by the threads', async (t) => {
  const desk = new Desk(2);
  t.equal(desk.expectedMs(10), 10);
  await desk.add('1', 30);
  t.equal(desk.expectedMs(10), 25 * MARGIN);
  for (const name of ['2', '3', '4', '5']) await desk.add(name, 30);
  t.equal(desk.expectedMs(10), 85 * MARGIN);
  await desk.end('1', 30);
  t.equal(desk.expectedMs(10), 70 * MARGIN);
});

t.test('costly images and the others wait for their own, and share the threads', async (t) => {
  const desk = new Desk(3);
  for (const name of ['1', '2', '3']) await desk.add(name, 300);
  t.equal(desk.expectedMs(200), 650 * MARGIN);
  t.equal(desk.expectedMs(10), 10);
  await desk.add('cheap', 10);
  t.equal(desk.expectedMs(10), 20 * MARGIN, 'one thread is free of costly images');
});

t.test('a slow machine is waited for longer, as soon as it is known', async (t) => {
  const desk = new Desk(1);
  for (const name of ['1', '2', '3', '4']) await desk.add(name, 100);
  await desk.end('1', 300);
  const slowMs = desk.expectedMs(100);
  t.ok(slowMs > 3 * 300 * MARGIN && slowMs < 4 * 300 * MARGIN, `${slowMs}`);
  await desk.end('2', 50);
  t.ok(desk.expectedMs(100) < slowMs, 'an image in the inbox has not begun before');
  for (const name of ['3', '4']) await desk.end(name, 300);
  t.equal(desk.expectedMs(100), 100, 'an idle one may be as quick as it can be');
});

t.test('a queue that is empty again is one, whatever the costs that were added up', async (t) => {
  const desk = new Desk(1);
  const costs = [0.1, 0.2, 0.3];
  for (const costMs of costs) await desk.add(String(costMs), costMs);
  for (const costMs of costs) await desk.end(String(costMs), 100);
  t.equal(desk.expectedMs(10), 10);
});

const LIMIT = 4 * LARGE_BYTES;
const large = (parts: number) => ({ memoryBytes: parts * LARGE_BYTES });

t.test('large images run together as long as the memory suffices', async (t) => {
  for (const [more, started] of [
    [0, 2],
    [1, 1],
  ] as const) {
    const desk = new Desk(4, LIMIT);
    await desk.add('1', CHEAP, large(3));
    await desk.add('2', CHEAP, { memoryBytes: LARGE_BYTES + more });
    t.equal(desk.started.length, started, `${more} bytes over the limit`);
    await desk.end('1');
    t.same(desk.started, ['1 on A', `2 on ${started === 2 ? 'B' : 'A'}`]);
  }
});

t.test('an image that needs more than there is runs alone', async (t) => {
  const desk = new Desk(2, LIMIT);
  await desk.add('huge', COSTLY_MS, large(100));
  await desk.add('large', CHEAP, large(1));
  await desk.add('huge too', COSTLY_MS, large(100));
  t.same(desk.started, ['huge on A']);
  await desk.end('huge');
  t.same(desk.started.slice(1), ['large on A']);
  await desk.end('large');
  t.same(desk.started.slice(2), ['huge too on A']);
});

t.test('small images do not wait behind large ones, and one byte decides', async (t) => {
  const desk = new Desk(2, LIMIT);
  await desk.add('huge', COSTLY_MS, large(100));
  await desk.add('large', CHEAP, large(1));
  await desk.add('small', CHEAP, { memoryBytes: LARGE_BYTES - 1 });
  t.same(desk.started, ['huge on A', 'small on B']);
});

t.test('large images that keep coming do not hold up a larger one', async (t) => {
  const desk = new Desk(2, LIMIT);
  await desk.add('1', CHEAP, large(2));
  await desk.add('2', CHEAP, large(2));
  await desk.add('huge', COSTLY_MS, large(4));
  await desk.add('3', CHEAP, large(2));
  await desk.end('1');
  t.same(desk.started, ['1 on A', '2 on B'], 'there is memory for 3, but huge came before');
  await desk.end('2');
  t.same(desk.started.slice(2), ['huge on A']);
  await desk.end('huge');
  t.same(desk.started.slice(3), ['3 on A']);
});

t.test('one that is dropped while it waits for memory makes room', async (t) => {
  const desk = new Desk(2, LIMIT);
  let isWanted = true;
  await desk.add('1', CHEAP, large(3));
  await desk.add('gone', CHEAP, { ...large(2), isWanted: () => isWanted });
  await desk.add('2', CHEAP, large(1));
  isWanted = false;
  await desk.end('1');
  t.same(desk.dropped, ['gone']);
  t.same(desk.started, ['1 on A', '2 on A']);
});

t.test('an image that will wait for memory is expected later', async (t) => {
  const large = { memoryBytes: LARGE_BYTES };
  const maxBytes = 2 * LARGE_BYTES;
  const desk = new Desk(4, maxBytes);
  t.equal(desk.expectedMs(100, 3 * LARGE_BYTES), 100, 'nothing is before it');
  await desk.add('a', 100, large);
  await desk.add('b', 100, large);
  await desk.add('c', 100, large);
  t.same(desk.started, ['a on A', 'b on B'], 'two have memory');
  t.equal(desk.expectedMs(100, LARGE_BYTES - 1), (300 / 4 + 100) * MARGIN, 'a small one');
  // Two at a time: the three before it take one and a half times as long as one.
  t.equal(desk.expectedMs(100, LARGE_BYTES), (150 + 50) * MARGIN, 'a large one');
  t.equal(desk.expectedMs(100, LARGE_BYTES + 1), (150 + 100) * MARGIN, 'one that fits beside none');
  await desk.end('a', 100);
  await desk.end('b');
  await desk.end('c');
  t.equal(desk.expectedMs(100, LARGE_BYTES), 100, 'they have gone');
});

t.test('a dropped image takes no memory', async (t) => {
  const desk = new Desk(2, LARGE_BYTES);
  await desk.add('a', 100, { memoryBytes: LARGE_BYTES });
  await desk.add('b', 100, { memoryBytes: LARGE_BYTES, isWanted: () => false });
  t.equal(desk.expectedMs(10, LARGE_BYTES), 210 * MARGIN);
  await desk.end('a', 100);
  t.same(desk.dropped, ['b']);
  t.equal(desk.expectedMs(10, LARGE_BYTES), 10);
});

t.test('large images of both lines share the memory', async (t) => {
  const desk = new Desk(2, LARGE_BYTES);
  await desk.add('costly', COSTLY_MS, { memoryBytes: LARGE_BYTES });
  t.equal(desk.expectedMs(10, LARGE_BYTES), (COSTLY_MS + 10) * MARGIN);
  t.equal(desk.expectedMs(10), 10);
});

t.test('images that come together are expected when the last is done', async (t) => {
  const desk = new Desk(2);
  const many = Array.from({ length: 3 }, () => ({ costMs: COSTLY_MS / 2, memoryBytes: 1 }));
  await desk.add('a', COSTLY_MS);
  t.equal(desk.queue.expectedMs(many), 1.5 * COSTLY_MS, 'together they are not a costly image');
});
