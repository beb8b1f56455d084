import t from 'tap';
import { EngineUnavailableError } from '../../src/batcher/index.js';
import { settle } from '../helpers/puppet-lane.js';
import { endOf, endsOf, setUp } from '../helpers/set-up-batcher.js';

const EAGER = { maxQueueDelayMs: 0 };

t.test('a lane hangs after 5 s, not a tick sooner', async (t) => {
  const { clock, lane, told, batcher, submit } = setUp(EAGER);
  const item = submit('a');
  clock.advance(4999.999);
  await settle();
  t.equal(item.state, 'dispatched');
  t.notOk(told.includes('lane 0 hung: LaneHungError'));
  clock.advance(0.001);
  t.equal(await endOf(item), 'LaneHungError');
  t.ok(told.includes('lane 0 hung: LaneHungError'));
  t.equal(batcher.unsettled, 0);
  t.equal(clock.pending, 0);
  t.same(lane.batches, [['a']], 'nothing is run again');
});

t.test('who answers a tick sooner has not hung', async (t) => {
  const { clock, lane, told, submit } = setUp(EAGER);
  const item = submit('a');
  clock.advance(4999.999);
  await lane.finish();
  clock.advance(10_000);
  t.equal(await endOf(item), 'a');
  t.same(told.at(-1), 'ok a');
  t.equal(clock.pending, 0);
});

t.test('a slow lane has ten times its usual time, padding included', async (t) => {
  const { clock, told, submit } = setUp({ ...EAGER, allowedBatchSizes: [2, 4] }, 1, [
    [1, 100],
    [2, 700],
  ]);
  const item = submit('a');
  clock.advance(6999.999);
  await settle();
  t.equal(item.state, 'dispatched');
  clock.advance(0.001);
  t.equal(await endOf(item), 'LaneHungError');
  t.ok(told.includes('lane 0 hung: LaneHungError'));
});

t.test('a quick lane has five seconds all the same', async (t) => {
  const { clock, submit } = setUp(EAGER, 1, [[1, 499.999]]);
  const item = submit('a');
  clock.advance(4999.999);
  await settle();
  t.equal(item.state, 'dispatched');
  clock.advance(0.001);
  t.equal(await endOf(item), 'LaneHungError');
});

t.test('a machine that was suspended gives its lanes the second half of their time', async (t) => {
  const { clock, lane, submit } = setUp(EAGER);
  const item = submit('a');
  // All timers that are due run at once when it wakes up; the answer comes right after.
  clock.jump(3_600_000);
  clock.advance(2500);
  clock.advance(2499);
  await lane.finish();
  t.equal(await endOf(item), 'a');
});

t.test('a hung lane is not used again, and its late answer changes nothing', async (t) => {
  const { clock, lane, lanes, told, batcher, submit } = setUp(EAGER, 2);
  const item = submit('a');
  clock.advance(5000);
  t.equal(await endOf(item), 'LaneHungError');
  await lane.finish();
  t.equal(await endOf(item), 'LaneHungError');
  const settled = told.filter((line) => line === 'LaneHungError' || line.startsWith('ok'));
  t.same(settled, ['LaneHungError'], 'settled once');
  for (const input of ['b', 'c', 'd']) {
    const later = submit(input);
    await lanes[1]?.finish();
    t.equal(await endOf(later), input);
  }
  clock.advance(100_000);
  t.same(lane.batches, [['a']], 'it is not probed either');
  t.equal(batcher.unsettled, 0);
});

t.test('a late failure changes nothing either', async (t) => {
  const { clock, lane, told, submit } = setUp(EAGER, 2);
  submit('a');
  clock.advance(5000);
  await settle();
  await lane.fail(new Error('late'));
  t.same(lane.batches, [['a']]);
  t.equal(told.filter((line) => /hung|open/.test(line)).length, 1);
});

t.test('who was cancelled or late by then is not settled again', async (t) => {
  const { clock, batcher, told, submit } = setUp({ maxBatchSize: 3 }, 1);
  const [a, b, c] = [submit('a'), submit('b', 3000), submit('c')];
  batcher.cancel(a);
  clock.advance(5000);
  t.same(await endsOf([a, b, c]), ['CancelledError', 'DeadlineExceededError', 'LaneHungError']);
  t.equal(told.filter((line) => /Error$/.test(line) && !/lane/.test(line)).length, 3);
  t.equal(batcher.unsettled, 0);
});

t.test('a lane can hang while it isolates: who has an answer keeps it', async (t) => {
  const { clock, lane, submit } = setUp({ maxBatchSize: 2 });
  const items = [submit('a'), submit('b')];
  await lane.fail(new Error('guilty'));
  clock.advance(3000);
  await lane.finish();
  clock.advance(4999.999);
  await settle();
  t.equal(items[1]?.state, 'dispatched', 'each run has its own time');
  clock.advance(0.001);
  t.same(await endsOf(items), ['a', 'LaneHungError']);
});

t.test('a lane can hang in its warm-up batch', async (t) => {
  const { clock, lane, told, submit } = setUp({ maxBatchSize: 1 });
  const item = submit('a');
  await lane.fail(new Error('whoever'));
  t.same(lane.batch, []);
  clock.advance(5000);
  t.equal(await endOf(item), 'LaneHungError');
  t.ok(told.includes('lane 0 hung: LaneHungError'));
});

t.test('which has the time of a single image', async (t) => {
  const { clock, lane, submit } = setUp({ maxBatchSize: 1 }, 1, [
    [1, 600],
    [2, 1200],
  ]);
  const item = submit('a');
  await lane.fail(new Error('whoever'));
  clock.advance(5999.999);
  await settle();
  t.equal(item.state, 'dispatched');
  clock.advance(0.001);
  t.equal(await endOf(item), 'LaneHungError');
});

t.test('a probe that hangs is the last', async (t) => {
  const { clock, lane, told, submit } = setUp({ maxBatchSize: 1 });
  for (const input of ['a', 'b', 'c']) {
    submit(input);
    await lane.fail(new Error('broken'));
    await lane.fail(new Error('broken'));
  }
  clock.advance(1000);
  const { length: runs } = lane.batches;
  clock.advance(5000);
  await settle();
  t.equal(told.at(-1), 'lane 0 hung: LaneHungError');
  await lane.finish();
  clock.advance(100_000);
  t.equal(lane.batches.length, runs);
  t.notOk(told.includes('lane 0 serving'));
  t.equal(clock.pending, 0);
});

t.test('when the last lane hangs those who wait are refused, and those who come', async (t) => {
  const { clock, batcher, submit } = setUp(EAGER);
  submit('a');
  const waiting = [submit('b'), submit('c')];
  clock.advance(5000);
  t.same(await endsOf(waiting), ['EngineUnavailableError', 'EngineUnavailableError']);
  t.throws(() => batcher.accept(1, 1e9), EngineUnavailableError);
  t.equal(batcher.undispatched, 0);
});

t.test('a drain ends when the last lane hangs', async (t) => {
  const { clock, batcher, submit } = setUp(EAGER);
  submit('a');
  submit('b');
  const drained = batcher.drain();
  clock.advance(5000);
  await drained;
  t.equal(batcher.unsettled, 0);
});
