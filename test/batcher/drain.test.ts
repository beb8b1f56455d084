import t from 'tap';
import { DrainingError } from '../../src/batcher/index.js';
import { settle } from '../helpers/puppet-lane.js';
import { endOf, endsOf, setUp } from '../helpers/set-up-batcher.js';

/** Whether a promise has been resolved by now. */
async function isResolved(promise: Promise<void>): Promise<boolean> {
  let is = false;
  void promise.then(() => {
    is = true;
  });
  await settle();
  return is;
}

t.test('drain refuses new items, and lets waiting ones go at once', async (t) => {
  const { lane, batcher, accept, submit } = setUp();
  const item = submit('a');
  const drained = batcher.drain();
  t.throws(() => accept(), DrainingError);
  t.throws(() => batcher.admit(1, 1e9), DrainingError);
  t.same(lane.batch, ['a']);
  await lane.finish();
  t.equal((await item.settled).reason, 'drain');
  await drained;
  t.equal(batcher.unsettled, 0);
});

t.test('drain ends with the last item, also one that is still being decoded', async (t) => {
  const { lane, batcher, accept, submit } = setUp();
  const decoding = accept();
  submit('a');
  const drained = batcher.drain();
  await lane.finish();
  t.equal(await isResolved(drained), false);
  batcher.enqueue(decoding, 'b');
  t.same(lane.batch, ['b'], 'without a window');
  t.equal(await isResolved(drained), false);
  await lane.finish();
  t.equal(await isResolved(drained), true);
});

t.test('drain takes batch after batch', async (t) => {
  const { lane, batcher, submit } = setUp({ maxBatchSize: 2 });
  const items = ['a', 'b', 'c', 'd', 'e'].map((input) => submit(input));
  const drained = batcher.drain();
  for (let batch = 0; batch < 3; batch++) await lane.finish();
  await drained;
  t.same(await endsOf(items), ['a', 'b', 'c', 'd', 'e']);
  t.same(lane.batches, [['a', 'b'], ['c', 'd'], ['e']]);
});

t.test('cancelling the last item ends the drain', async (t) => {
  const { batcher, accept } = setUp();
  const item = accept();
  const drained = batcher.drain();
  t.equal(await isResolved(drained), false);
  batcher.cancel(item);
  t.equal(await isResolved(drained), true);
});

t.test('so does its deadline', async (t) => {
  const { clock, batcher, accept } = setUp();
  const item = accept(5);
  const drained = batcher.drain();
  clock.advance(5);
  t.equal(await endOf(item), 'DeadlineExceededError');
  t.equal(await isResolved(drained), true);
});

t.test('a batch that nobody waits for any more is still waited for', async (t) => {
  const { lane, batcher, submit } = setUp({ maxQueueDelayMs: 0 });
  batcher.cancel(submit('a'));
  t.equal(batcher.unsettled, 0);
  const drained = batcher.drain();
  t.equal(await isResolved(drained), false, 'the lane runs');
  await lane.finish();
  t.equal(await isResolved(drained), true);
});

t.test('an idle batcher drains at once', async (t) => {
  const { batcher } = setUp();
  t.equal(await isResolved(batcher.drain()), true);
});

t.test('whoever asks for the drain learns of its end', async (t) => {
  const { lane, batcher, submit } = setUp();
  submit('a');
  const [first, second] = [batcher.drain(), batcher.drain()];
  await lane.finish();
  t.equal(await isResolved(first), true);
  t.equal(await isResolved(second), true);
  t.equal(await isResolved(batcher.drain()), true, 'later, too');
});
