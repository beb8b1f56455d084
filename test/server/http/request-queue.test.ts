import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { RequestQueue } from '../../../src/server/http/request-queue.js';

/** A queue on a main thread that is told how late it is, and on which each request that has begun costs a while. */
class Desk {
  nowMs = 0;
  waitedMs = 100;
  readonly began: string[] = [];
  readonly queue: RequestQueue;
  readonly #turns: (() => void)[] = [];
  readonly #requestMs: number;

  constructor(requestMs: number, count = 0) {
    this.#requestMs = requestMs;
    const desk = this;
    const clock = { now: () => this.nowMs, schedule: () => () => {} };
    const delay = {
      get waitedMs() {
        return desk.waitedMs;
      },
    };
    this.queue = new RequestQueue(clock, delay, (turn) => this.#turns.push(turn));
    for (let i = 0; i < count; i++) this.add(`${i}`);
  }

  add(name: string): void {
    void this.queue.turn().then(() => this.began.push(name));
  }

  /** A turn of the loop, in which the requests that begin are also worked on. Resolves with how many began. */
  async turn(otherMs = 0): Promise<number> {
    const before = this.began.length;
    for (const turn of this.#turns.splice(0)) turn();
    await setImmediate();
    const count = this.began.length - before;
    this.nowMs += otherMs + count * this.#requestMs;
    return count;
  }

  async turns(count: number, otherMs = 0): Promise<void> {
    for (let i = 0; i < count; i++) await this.turn(otherMs);
  }
}

t.test('nobody has to wait while the event loop keeps up', async (t) => {
  const desk = new Desk(1);
  for (const [waitedMs, isLate] of [
    [10, false],
    [10.1, true],
  ] as const) {
    desk.waitedMs = waitedMs;
    t.equal(desk.queue.isLate, isLate, `${waitedMs} ms`);
  }
});

t.test('when it does not, requests begin in order, one in the first turn', async (t) => {
  const desk = new Desk(1, 2);
  desk.waitedMs = 0;
  t.equal(desk.queue.isLate, true, 'others wait');
  desk.add('last');
  t.same(desk.began, []);
  await desk.turn();
  t.same(desk.began, ['0']);
  await desk.turns(2);
  t.same(desk.began, ['0', '1', 'last']);
  t.equal(desk.queue.isLate, false);
  desk.add('next');
  await desk.turn();
  t.equal(desk.began.at(-1), 'next', 'turns go on');
});

t.test('as many begin in a turn as keep it short with the work that they cause', async (t) => {
  for (const [requestMs, inTurn] of [
    [0.125, 16],
    [0.5, 4],
    [1.9, 2],
    [50, 1],
  ] as const) {
    const desk = new Desk(requestMs, 1000);
    await desk.turns(50);
    t.equal(await desk.turn(), inTurn, `${requestMs} ms each`);
  }
});

t.test('long turns leave room for more if most of them are long for other reasons', async (t) => {
  const desk = new Desk(0.5, 1000);
  await desk.turns(50);
  for (let i = 0; i < 50; i++) {
    await desk.turn(100);
    await desk.turn();
  }
  const inTurn = await desk.turn();
  t.ok(inTurn > 1 && inTurn <= 4, `${inTurn}`);
});

t.test('other work in all turns leaves less room for them, but always for one', async (t) => {
  for (const [otherMs, least, most] of [
    [1, 8, 12],
    [100, 1, 1],
  ] as const) {
    const desk = new Desk(0.1, 5000);
    await desk.turns(100, otherMs);
    const inTurn = await desk.turn(otherMs);
    t.ok(inTurn >= least && inTurn <= most, `${inTurn} beside ${otherMs} ms`);
  }
});

t.test('a request must begin within a quarter of its time', async (t) => {
  const desk = new Desk(10, 200);
  t.equal(desk.queue.waitMs, 0, 'nothing is known yet');
  await desk.turns(100);
  t.equal(desk.queue.waitMs, 1000);
  const { nowMs: now, queue } = desk;
  t.equal(queue.isTooLong(now, now + 4000), true);
  t.equal(queue.isTooLong(now, now + 4001), false);
  t.equal(queue.isTooLong(now - 500, now + 5500), true, 'it has waited before');
  t.equal(queue.isTooLong(now - 500, now + 5501), false);
});

t.test('a pause of the requests is no work of theirs', async (t) => {
  const desk = new Desk(1, 2);
  await desk.turns(2);
  desk.nowMs += 10_000;
  for (let i = 0; i < 2; i++) desk.add(`after ${i}`);
  await desk.turns(2);
  t.equal(desk.began.length, 4);
  desk.add('last');
  t.equal(desk.queue.waitMs, 1);
});

t.test(
  'a connection that has waited long to be accepted makes requests wait for a moment',
  async (t) => {
    const desk = new Desk(1);
    desk.waitedMs = 0;
    desk.queue.accepted(10);
    t.equal(desk.queue.isLate, false, 'it has not waited long');
    desk.queue.accepted(10.1);
    t.equal(desk.queue.isLate, true);
    desk.nowMs += 19.9;
    t.equal(desk.queue.isLate, true);
    desk.nowMs += 0.1;
    t.equal(desk.queue.isLate, false);
  },
);
