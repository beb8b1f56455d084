import type { IncomingMessage } from 'node:http';
import t from 'tap';
import { expectedWaitMs, RequestQueue } from '../../../src/server/http/request-queue.js';

const NEVER = Number.POSITIVE_INFINITY;

/** A queue on a main thread that is told how late it is, and of which each request takes a while. */
class Desk {
  nowMs = 0;
  waitedMs = 0;
  readonly began: string[] = [];
  readonly #turns: (() => void)[] = [];
  readonly #queue: RequestQueue;
  readonly #requestMs: number;

  constructor(requestMs: number) {
    this.#requestMs = requestMs;
    const desk = this;
    const clock = { now: () => this.nowMs, schedule: () => () => {} };
    const delay = {
      get waitedMs() {
        return desk.waitedMs;
      },
    };
    this.#queue = new RequestQueue(clock, delay, (turn) => this.#turns.push(turn));
  }

  add(name: string, boundMs = NEVER): IncomingMessage {
    const incoming = {} as IncomingMessage;
    this.#queue.add(incoming, boundMs, () => {
      this.began.push(name);
      this.nowMs += this.#requestMs;
    });
    return incoming;
  }

  turn(): void {
    for (const turn of this.#turns.splice(0)) turn();
  }

  get waitMs(): number {
    return this.#queue.waitMs;
  }
}

t.test('requests begin at once while the event loop keeps up', async (t) => {
  for (const [waitedMs, began] of [
    [10, ['a']],
    [10.1, []],
  ] as const) {
    const desk = new Desk(1);
    desk.waitedMs = waitedMs;
    desk.add('a');
    t.same(desk.began, began, `${waitedMs} ms`);
  }
});

t.test('when it does not, they begin in order, for a few milliseconds in each turn', async (t) => {
  const desk = new Desk(2);
  desk.waitedMs = 100;
  for (const name of ['a', 'b', 'c', 'd', 'e']) desk.add(name);
  t.same(desk.began, []);
  desk.turn();
  t.same(desk.began, ['a', 'b', 'c']);
  desk.turn();
  t.same(desk.began, ['a', 'b', 'c', 'd', 'e']);
  desk.add('f');
  desk.turn();
  t.equal(desk.began.at(-1), 'f');
});

t.test('one that takes longer than a turn may is the only one in it', async (t) => {
  const desk = new Desk(5);
  desk.waitedMs = 100;
  for (const name of ['a', 'b']) desk.add(name);
  desk.turn();
  t.same(desk.began, ['a']);
  desk.waitedMs = 0;
  desk.add('c');
  desk.add('d');
  desk.turn();
  t.same(desk.began, ['a', 'b', 'c', 'd'], 'the loop has caught up');
});

t.test('a request that would wait too long begins at once, and is told how long', async (t) => {
  const desk = new Desk(10);
  desk.waitedMs = 100;
  for (let i = 0; i < 200; i++) desk.add(`${i}`);
  for (let i = 0; i < 100; i++) desk.turn();
  t.equal(desk.began.length, 100);
  // Half of the time of a request is for what comes after.
  const neededMs = 2 * desk.waitMs;
  t.ok(neededMs > 0);
  t.equal(expectedWaitMs(desk.add('in time', desk.nowMs + neededMs + 0.1)), 0);
  t.not(desk.began.at(-1), 'in time');
  const more = 2 * desk.waitMs;
  t.equal(expectedWaitMs(desk.add('late', desk.nowMs + more)), more);
  t.equal(desk.began.at(-1), 'late');
});
