import t from 'tap';
import { EngineUnavailableError } from '../../src/batcher/index.js';
import type { PuppetLane } from '../helpers/puppet-lane.js';
import { endOf, endsOf, setUp } from '../helpers/set-up-batcher.js';

const BROKEN = new Error('broken');

/** One item at a time, so that a failed run and a failed warm-up batch are a whole failure. */
function setUpSingles(laneCount = 1, maxQueueSize = 8) {
  return setUp({ maxBatchSize: 1, maxQueueSize }, laneCount);
}

/** Ends the run of a single item, and of the warm-up batch after it. */
async function failWhole(lane: PuppetLane<string>): Promise<void> {
  await lane.fail(BROKEN);
  await lane.fail(BROKEN);
}

t.test('a lane that fails once goes on', async (t) => {
  const { lane, told, submit } = setUpSingles();
  const [bad, good] = [submit('a'), submit('b')];
  await failWhole(lane);
  t.same(lane.batch, ['b']);
  await lane.finish();
  t.same(await endsOf([bad, good]), ['BatchFailedError', 'b']);
  t.notOk(told.some((line) => /open/.test(line)));
});

t.test('a guilty item is not its lane’s fault', async (t) => {
  const { lane, told, submit } = setUpSingles();
  for (const input of ['a', 'b', 'c', 'd', 'e']) {
    const item = submit(input);
    await lane.fail(new Error('guilty'));
    await lane.finish();
    t.equal(await endOf(item), 'BatchFailedError');
  }
  t.notOk(told.some((line) => /open/.test(line)));
});

t.test('two whole failures in a row leave the breaker closed, the third opens it', async (t) => {
  const { lane, told, batcher, submit } = setUpSingles();
  for (const input of ['a', 'b', 'c']) {
    t.notOk(told.some((line) => /open/.test(line)));
    const item = submit(input);
    await failWhole(lane);
    t.equal(await endOf(item), 'BatchFailedError');
  }
  t.equal(told.at(-1), 'BatchFailedError');
  t.equal(told.at(-2), 'lane 0 open: BatchFailedError');
  t.throws(() => batcher.accept(1, 1e9), EngineUnavailableError);
  t.throws(() => batcher.admit(1, 1e9), new EngineUnavailableError(1000));
});

t.test('one batch that passes, or whose warm-up batch does, starts the count again', async (t) => {
  for (const pass of ['run', 'warm-up'] as const) {
    const { lane, told, submit } = setUpSingles();
    for (const input of ['a', 'b', 'c', 'd', 'e']) {
      submit(input);
      if (input !== 'c') await failWhole(lane);
      else if (pass === 'warm-up') await lane.fail(new Error('guilty'));
      if (input === 'c') await lane.finish();
    }
    t.notOk(
      told.some((line) => /open/.test(line)),
      pass,
    );
    submit('f');
    await failWhole(lane);
    t.ok(told.includes('lane 0 open: BatchFailedError'), `${pass}: three after it`);
  }
});

t.test('an open lane is probed a second later, not sooner, and serves again', async (t) => {
  const { clock, lane, told, batcher, submit } = setUpSingles();
  for (const input of ['a', 'b', 'c']) {
    submit(input);
    await failWhole(lane);
  }
  clock.advance(999.999);
  t.equal(lane.batch, undefined);
  clock.advance(0.001);
  t.same(lane.batch, [], 'the warm-up batch');
  t.throws(() => submit('d'), EngineUnavailableError, 'not before it has passed');
  clock.advance(30);
  await lane.finish();
  t.same(told.slice(-2), ['lane 0 ran 30 ms', 'lane 0 serving']);
  t.equal(clock.pending, 0);
  const item = submit('d');
  await lane.finish();
  t.equal(await endOf(item), 'd');
  t.equal(batcher.unsettled, 0);
});

t.test('a lane that has recovered has three failures again', async (t) => {
  const { clock, lane, told, submit } = setUpSingles();
  const opened = () => told.filter((line) => /open/.test(line)).length;
  for (let round = 1; round <= 2; round++) {
    for (const input of ['a', 'b', 'c']) {
      t.equal(opened(), round - 1);
      submit(input);
      await failWhole(lane);
    }
    t.equal(opened(), round);
    clock.advance(1000);
    await lane.finish();
  }
});

t.test('a probe that fails is tried again, every second, and not told of', async (t) => {
  const { clock, lane, told, submit } = setUpSingles();
  for (const input of ['a', 'b', 'c']) {
    submit(input);
    await failWhole(lane);
  }
  const before = lane.batches.length;
  for (let probe = 1; probe <= 5; probe++) {
    clock.advance(999);
    t.equal(lane.batch, undefined);
    clock.advance(1);
    t.equal(lane.batches.length, before + probe);
    clock.advance(10);
    await lane.fail(BROKEN);
  }
  t.equal(told.filter((line) => /open|serving/.test(line)).length, 1);
  clock.advance(1000);
  await lane.finish();
  t.equal(told.at(-1), 'lane 0 serving');
});

t.test('while one lane is open the others serve', async (t) => {
  const { clock, lanes, lane, batcher, submit } = setUpSingles(2);
  for (const input of ['a', 'x', 'b', 'y', 'c', 'z']) {
    submit(input);
    if ('abc'.includes(input)) await failWhole(lane);
    else await lanes[1]?.finish();
  }
  const items = ['d', 'e', 'f'].map((input) => submit(input));
  t.equal(lane.batch, undefined);
  for (const _ of items) await lanes[1]?.finish();
  t.same(await endsOf(items), ['d', 'e', 'f']);
  clock.advance(1000);
  await lane.finish();
  submit('g');
  submit('h');
  t.same([lanes[1]?.batch, lane.batch], [['g'], ['h']], 'it is idle since it recovered');
  t.equal(batcher.undispatched, 0);
});

t.test('a lane that recovers takes at once what waits for the busy ones', async (t) => {
  const { clock, lane, lanes, submit } = setUpSingles(2);
  for (const input of ['a', 'x', 'b', 'y', 'c', 'z']) {
    submit(input);
    if ('abc'.includes(input)) await failWhole(lane);
    else await lanes[1]?.finish();
  }
  submit('d');
  submit('e');
  clock.advance(1000);
  t.same([lanes[1]?.batch, lane.batch], [['d'], []]);
  await lane.finish();
  t.same(lane.batch, ['e']);
});

t.test('when the last lane opens those who wait are refused, and those who enter', async (t) => {
  const { lane, lanes, batcher, released, accept, submit } = setUpSingles(2);
  const decoding = accept();
  const running = submit('a');
  const other = submit('b');
  const waiting = ['c', 'd', 'e', 'f', 'g', 'h'].map((input) => submit(input));
  for (let round = 0; round < 3; round++) await failWhole(lane);
  t.equal(await endOf(running), 'BatchFailedError');
  t.same(
    waiting.map(({ state }) => state),
    ['settled', 'settled', 'waiting', 'waiting', 'waiting', 'waiting'],
  );
  for (let round = 0; round < 3; round++) await failWhole(lanes[1] as PuppetLane<string>);
  t.equal(await endOf(other), 'BatchFailedError');
  t.same(await endsOf(waiting.slice(4)), ['EngineUnavailableError', 'EngineUnavailableError']);
  const error: EngineUnavailableError = await waiting[5]?.settled.then(
    () => undefined as never,
    (error) => error,
  );
  t.equal(error.retryAfterMs, 1000);
  t.equal(batcher.undispatched, 1);
  batcher.enqueue(decoding, 'z');
  t.equal(await endOf(decoding), 'EngineUnavailableError');
  t.equal(batcher.undispatched, 0);
  t.equal(batcher.unsettled, 0);
  t.same(released.sort(), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'z']);
});

t.test('a batch is a whole failure once, however many items it has', async (t) => {
  const { clock, lane, told, submit } = setUp();
  const items = ['a', 'b', 'c'].map((input) => submit(input));
  clock.advance(10);
  for (let run = 0; run < 4; run++) await lane.fail(BROKEN);
  t.same(lane.batches, [['a', 'b', 'c'], ['a', 'b'], ['c'], []]);
  t.same(
    await endsOf(items),
    items.map(() => 'BatchFailedError'),
  );
  t.notOk(told.some((line) => /open/.test(line)));
});

t.test('a lane that throws at once, and not by its promise, fails like any other', async (t) => {
  const { lane, told, submit } = setUpSingles();
  lane.run = () => {
    throw BROKEN;
  };
  const items = ['a', 'b', 'c'].map((input) => submit(input));
  t.same(
    await endsOf(items),
    items.map(() => 'BatchFailedError'),
  );
  t.ok(told.includes('lane 0 open: BatchFailedError'));
});
