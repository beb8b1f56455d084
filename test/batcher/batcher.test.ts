import t from 'tap';
import { Batcher, EngineUnavailableError } from '../../src/batcher/index.js';
import { ManualClock } from '../helpers/manual-clock.js';
import { PuppetLane, settle } from '../helpers/puppet-lane.js';
import { endOf, FAR, limitsOf, setUp } from '../helpers/set-up-batcher.js';

t.test('a batch leaves when the window ends, not a tick sooner', async (t) => {
  const { clock, lane, submit } = setUp();
  submit('a');
  clock.advance(9.999);
  submit('b');
  t.equal(lane.batch, undefined);
  clock.advance(0.001);
  t.same(lane.batch, ['a', 'b']);
});

t.test('the window is that of the oldest who still waits', async (t) => {
  const { clock, lane, batcher, submit } = setUp();
  const first = submit('a');
  clock.advance(5);
  submit('b');
  batcher.cancel(first);
  clock.advance(9.999);
  t.equal(lane.batch, undefined);
  clock.advance(0.001);
  t.same(lane.batch, ['b']);
});

t.test('a full batch leaves at once; the rest waits for the lane', async (t) => {
  const { lane, submit } = setUp();
  const items = ['a', 'b', 'c', 'd', 'e', 'f'].map((input) => submit(input));
  t.same(lane.batch, ['a', 'b', 'c', 'd']);
  await lane.finish();
  t.equal((await items[0]?.settled)?.output, 'a');
  t.equal(lane.batch, undefined, 'two waiting items keep their window');
});

t.test('window 0 holds nobody', async (t) => {
  const { lane, submit } = setUp({ maxQueueDelayMs: 0 });
  submit('a');
  for (const input of ['b', 'c']) submit(input);
  t.same(lane.batch, ['a']);
  await lane.finish();
  t.same(lane.batch, ['b', 'c'], 'who came meanwhile leaves together');
});

t.test('items that gathered past their window leave as soon as the lane is idle', async (t) => {
  const { clock, lane, submit } = setUp();
  for (const input of ['a', 'b', 'c', 'd', 'e']) submit(input);
  clock.advance(50);
  await lane.finish();
  t.same(lane.batch, ['e']);
});

t.test('a settled item knows its times, its batch and why it left', async (t) => {
  const { clock, lane, batcher, accept } = setUp();
  clock.advance(1);
  const item = accept();
  clock.advance(2);
  batcher.enqueue(item, 'a');
  clock.advance(10);
  clock.advance(7);
  await lane.finish();
  t.same(await item.settled, {
    output: 'a',
    acceptedMs: 1,
    enteredMs: 3,
    dispatchedMs: 13,
    finishedMs: 20,
    batchSize: 1,
    reason: 'window',
  });
  t.equal(clock.pending, 0);
});

t.test('the observer is told of everything, in its order', async (t) => {
  const { clock, lane, told, submit } = setUp({ allowedBatchSizes: [2, 4] });
  submit('a');
  clock.advance(10);
  clock.advance(7);
  await lane.finish();
  t.same(told, ['accepted 1', 'dispatched 1/2 window', 'lane 0 ran 7 ms', 'ok a']);
});

t.test('a batch is padded to an allowed size, or split where that is cheaper', async (t) => {
  const { lane, clock, submit } = setUp({ allowedBatchSizes: [2, 4] }, 1, [
    [2, 2],
    [4, 10],
  ]);
  for (const input of ['a', 'b', 'c']) submit(input);
  clock.advance(10);
  t.same(lane.batch, ['a', 'b']);
  await lane.finish();
  t.same(lane.batch, ['c'], 'its window is over too');
  t.same(lane.paddedSizes, [2, 2]);
});

t.test('an output that is an error is that of its item alone', async (t) => {
  const { lane, clock, told, submit } = setUp();
  const items = ['a', 'b', 'c'].map((input) => submit(input));
  clock.advance(10);
  await lane.finish(['A', new RangeError('not a number'), 'C']);
  t.same(await Promise.all(items.map(endOf)), ['A', 'RangeError', 'C']);
  t.equal(lane.batches.length, 1, 'nothing is run again');
  t.notOk(told.includes('lane 0 open'));
});

t.test('the lane that has been idle longest takes the next batch', async (t) => {
  const { lanes, submit } = setUp({ maxQueueDelayMs: 0 }, 3);
  submit('a');
  submit('b');
  await lanes[1]?.finish();
  await lanes[0]?.finish();
  submit('c');
  submit('d');
  submit('e');
  t.same(
    lanes.map((lane) => lane.batches.flat()),
    [['a', 'e'], ['b', 'd'], ['c']],
  );
});

t.test('new limits hold for the batches formed from now on', async (t) => {
  const { lane, batcher, submit } = setUp({ allowedBatchSizes: [4] });
  for (const input of ['a', 'b', 'c']) submit(input);
  batcher.reconfigure(limitsOf({ maxBatchSize: 2, allowedBatchSizes: [] }));
  t.same(lane.batch, ['a', 'b']);
  t.same(lane.paddedSizes, [2]);
});

t.test('a new window ends sooner, or later, also for those who wait', async (t) => {
  const { clock, lane, batcher, submit } = setUp();
  submit('a');
  batcher.reconfigure(limitsOf({ maxQueueDelayMs: 20 }));
  clock.advance(15);
  t.equal(lane.batch, undefined);
  batcher.reconfigure(limitsOf({ maxQueueDelayMs: 15 }));
  t.same(lane.batch, ['a']);
});

t.test('a batch never sees two configurations, not even when it is run again', async (t) => {
  const { clock, lane, batcher, submit } = setUp({ allowedBatchSizes: [3, 4] });
  for (const input of ['a', 'b', 'c']) submit(input);
  clock.advance(10);
  batcher.reconfigure(limitsOf({ allowedBatchSizes: [1, 2, 4] }));
  await lane.fail(new Error('somebody is guilty'));
  t.same(lane.batches.at(-1), ['a', 'b']);
  await lane.finish();
  t.same(lane.paddedSizes, [3, 3, 3]);
});

t.test('a clock that turns back while a window runs makes it longer, not endless', async (t) => {
  const { clock, lane, submit } = setUp();
  submit('a');
  clock.jump(-1);
  clock.advance(10.999);
  t.equal(lane.batch, undefined, 'the alarm has rung, too soon by this clock');
  clock.advance(0.001);
  t.same(lane.batch, ['a']);
});

t.test('an alarm that is set is not set again for everybody who comes', async (t) => {
  const { clock, submit } = setUp();
  submit('a');
  const schedule = t.capture(clock, 'schedule', clock.schedule.bind(clock));
  submit('b');
  submit('c');
  t.equal(schedule().length, 2, 'their deadlines only');
});

t.test('nobody need listen, know the curve or take inputs back', async (t) => {
  const clock = new ManualClock();
  const lane = new PuppetLane<string>();
  const batcher = new Batcher<string, string>({ clock, limits: limitsOf({}), lanes: [lane] });
  const [item] = batcher.accept(1, FAR);
  if (item) batcher.enqueue(item, 'a');
  clock.advance(10);
  await lane.fail(new Error('whoever'));
  await lane.finish();
  t.equal(batcher.unsettled, 0);
});

t.test('without lanes nothing is accepted', async (t) => {
  const batcher = new Batcher({ clock: new ManualClock(), limits: limitsOf({}), lanes: [] });
  t.throws(() => batcher.accept(1, FAR), EngineUnavailableError);
});

t.test('an item that is settled before anybody awaits it raises no alarm', async (t) => {
  const { batcher, submit } = setUp();
  batcher.cancel(submit('a'));
  await settle();
  t.equal(batcher.unsettled, 0);
});
