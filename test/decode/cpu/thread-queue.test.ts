import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { COSTLY_MS, ThreadQueue } from '../../../src/decode/cpu/thread-queue.js';

const CHEAP = 1;

/** Queues jobs that end when told to, and notes where each was started. */
class Desk {
  readonly #queue: ThreadQueue<string>;
  readonly #end = new Map<string, () => void>();
  readonly started: string[] = [];

  constructor(threads: number) {
    this.#queue = new ThreadQueue(['A', 'B', 'C', 'D'].slice(0, threads));
  }

  async add(name: string, costMs: number): Promise<void> {
    void this.#queue.run(costMs, async (thread) => {
      this.started.push(`${name} on ${thread}`);
      await new Promise<void>((resolve) => this.#end.set(name, resolve));
    });
    await setImmediate();
  }

  async end(name: string): Promise<void> {
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
  const queue = new ThreadQueue(['A', 'B']);
  const fails = (thread: string) => Promise.reject(new Error(thread));
  for (const costMs of [CHEAP, COSTLY_MS]) {
    for (let i = 0; i < 5; i++) await t.rejects(queue.run(costMs, fails), { message: 'A' });
    t.equal(await queue.run(costMs, async (thread) => thread), 'A');
  }
});
