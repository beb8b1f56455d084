import t from 'tap';
import {
  BatchFailedError,
  Batcher,
  type BatchLimits,
  CancelledError,
  DeadlineExceededError,
  DrainingError,
  QueueFullError,
} from '../../src/batcher/index.js';
import { ManualClock } from '../helpers/manual-clock.js';
import { PuppetLane, settle } from '../helpers/puppet-lane.js';

const LIMITS: BatchLimits = { maxBatchSize: 4, maxQueueDelayMs: 10, maxQueueSize: 8 };
const FAR = 1e9;

function setup(limits: Partial<BatchLimits> = {}, laneCount = 1) {
  const clock = new ManualClock();
  const lanes = Array.from({ length: laneCount }, () => new PuppetLane<string>());
  const batcher = new Batcher<string, string>({
    clock,
    limits: { ...LIMITS, ...limits },
    lanes: lanes.map((lane) => lane.run),
  });
  const lane = lanes[0] as PuppetLane<string>;
  function submit(input: string, deadlineMs = FAR) {
    const [item] = batcher.accept(1, deadlineMs);
    if (!item) throw new Error('no item');
    batcher.enqueue(item, input);
    return item;
  }
  return { clock, lanes, lane, batcher, submit };
}

t.test('a batch leaves when the window ends, not a tick sooner', async (t) => {
  const { clock, lane, submit } = setup();
  submit('a');
  clock.advance(9.999);
  submit('b');
  t.equal(lane.batch, undefined);
  clock.advance(0.001);
  t.same(lane.batch, ['a', 'b']);
});

t.test('a full batch leaves at once; the rest waits for the lane', async (t) => {
  const { lane, submit } = setup();
  const items = ['a', 'b', 'c', 'd', 'e', 'f'].map((input) => submit(input));
  t.same(lane.batch, ['a', 'b', 'c', 'd']);
  await lane.finish();
  t.equal((await items[0]?.settled)?.output, 'a');
  t.equal(lane.batch, undefined, 'two waiting items keep their window');
});

t.test('items that gathered past their window leave as soon as the lane is idle', async (t) => {
  const { clock, lane, submit } = setup();
  for (const input of ['a', 'b', 'c', 'd', 'e']) submit(input);
  clock.advance(50);
  await lane.finish();
  t.same(lane.batch, ['e']);
});

t.test('a settled item knows its times, its batch and why it left', async (t) => {
  const { clock, lane, batcher } = setup();
  clock.advance(1);
  const [item] = batcher.accept(1, FAR);
  clock.advance(2);
  if (item) batcher.enqueue(item, 'a');
  clock.advance(10);
  clock.advance(7);
  await lane.finish();
  t.same(await item?.settled, {
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

t.test('the queue bound counts items that are still being decoded, and groups whole', async (t) => {
  const { lane, batcher, submit } = setup();
  batcher.accept(7, FAR);
  t.throws(() => batcher.accept(2, FAR), QueueFullError);
  batcher.accept(1, FAR);
  t.equal(batcher.undispatched, 8);
  t.throws(() => submit('x'), QueueFullError);
  t.equal(lane.batches.length, 0);
});

t.test('what comes at its deadline is refused, a tick before it is accepted', async (t) => {
  const { clock, batcher } = setup();
  clock.advance(5);
  t.throws(() => batcher.accept(1, 5), DeadlineExceededError);
  t.equal(batcher.unsettled, 0);
  t.equal(batcher.accept(1, 5.001).length, 1);
});

t.test('dispatching frees the queue', async (t) => {
  const { batcher, submit } = setup({ maxQueueSize: 4 });
  for (const input of ['a', 'b', 'c', 'd']) submit(input);
  t.equal(batcher.undispatched, 0);
  t.equal(batcher.unsettled, 4);
});

t.test('a deadline settles an item wherever it is', async (t) => {
  const { clock, lane, batcher, submit } = setup({ maxQueueDelayMs: 100 });
  const decoding = batcher.accept(1, 5)[0];
  const waiting = submit('waiting', 5);
  clock.advance(4.999);
  t.equal(waiting.state, 'waiting');
  clock.advance(0.001);
  await t.rejects(Promise.resolve(decoding?.settled), DeadlineExceededError);
  await t.rejects(waiting.settled, DeadlineExceededError);
  t.equal(batcher.undispatched, 0);
  if (decoding) t.equal(batcher.enqueue(decoding, 'late'), false);
  for (const input of ['a', 'b', 'c']) submit(input);
  const running = submit('d', 20);
  t.same(lane.batch, ['a', 'b', 'c', 'd'], 'expired items never reach a lane');
  clock.advance(20);
  await t.rejects(running.settled, DeadlineExceededError, 'while the lane is still busy');
  await lane.finish();
  t.equal(batcher.unsettled, 0);
});

t.test(
  'a cancelled item leaves the queue; in a running batch its mates are untouched',
  async (t) => {
    const { clock, lane, batcher, submit } = setup();
    const [a, b, c] = [submit('a'), submit('b'), submit('c')];
    batcher.cancel(b);
    batcher.cancel(b);
    await t.rejects(b.settled, CancelledError);
    clock.advance(10);
    t.same(lane.batch, ['a', 'c']);
    batcher.cancel(a);
    await lane.finish();
    await t.rejects(a.settled, CancelledError);
    t.equal((await c.settled).output, 'c');
    t.equal((await c.settled).batchSize, 2);
  },
);

t.test('cancelling the only waiting item calls its window off', async (t) => {
  const { clock, batcher, submit } = setup();
  batcher.cancel(submit('a'));
  t.equal(clock.pending, 0);
});

t.test('a failed batch fails its items only, and the lane goes on', async (t) => {
  const { clock, lane, submit } = setup();
  const bad = submit('a');
  clock.advance(10);
  const good = submit('b');
  const cause = new Error('boom');
  await lane.fail(cause);
  await t.rejects(bad.settled, new BatchFailedError('the batch failed'));
  t.equal(await bad.settled.catch((error: Error) => error.cause), cause);
  clock.advance(10);
  await lane.finish();
  t.equal((await good.settled).output, 'b');
});

t.test('a lane that breaks its contract fails the batch', async (t) => {
  const { clock, lane, batcher, submit } = setup();
  const item = submit('a');
  clock.advance(10);
  await lane.finish(['a', 'b']);
  await t.rejects(item.settled, BatchFailedError);
  const thrower = new Batcher<string, string>({
    clock,
    limits: { ...LIMITS, maxQueueDelayMs: 0 },
    lanes: [
      () => {
        throw new Error('at once');
      },
    ],
  });
  const [thrown] = thrower.accept(1, FAR);
  if (thrown) thrower.enqueue(thrown, 'a');
  await t.rejects(Promise.resolve(thrown?.settled), BatchFailedError);
  t.equal(batcher.unsettled, 0);
});

t.test('the lane that has been idle longest takes the next batch', async (t) => {
  const { lanes, submit } = setup({ maxQueueDelayMs: 0 }, 3);
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
  const { lane, batcher, submit } = setup();
  submit('a');
  submit('b');
  batcher.reconfigure({ ...LIMITS, maxBatchSize: 2 });
  t.same(lane.batch, ['a', 'b']);
});

t.test(
  'drain refuses new items, lets waiting ones go at once, and ends with the last',
  async (t) => {
    const { lane, batcher, submit } = setup();
    const [decoding] = batcher.accept(1, FAR);
    const item = submit('a');
    let isDrained = false;
    const drained = batcher.drain().then(() => {
      isDrained = true;
    });
    t.throws(() => batcher.accept(1, FAR), DrainingError);
    t.same(lane.batch, ['a']);
    await lane.finish();
    t.equal((await item.settled).reason, 'drain');
    await settle();
    t.equal(isDrained, false);
    if (decoding) batcher.enqueue(decoding, 'b');
    await lane.finish();
    await drained;
    t.equal(batcher.unsettled, 0);
  },
);

t.test('an idle batcher drains at once', async (t) => {
  const { batcher } = setup();
  await batcher.drain();
  t.equal(batcher.unsettled, 0);
});
