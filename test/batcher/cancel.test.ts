import t from 'tap';
import { endOf, endsOf, setUp } from '../helpers/set-up-batcher.js';

t.test('who is cancelled while waiting leaves the queue', async (t) => {
  const { clock, lane, batcher, released, submit } = setUp();
  const [a, b, c] = [submit('a'), submit('b'), submit('c')];
  batcher.cancel(b);
  t.equal(await endOf(b), 'CancelledError');
  t.equal(batcher.undispatched, 2);
  t.same(released, ['b']);
  clock.advance(10);
  t.same(lane.batch, ['a', 'c']);
  await lane.finish();
  t.same(await endsOf([a, c]), ['a', 'c']);
  t.equal((await c.settled).batchSize, 2);
});

t.test('who is cancelled frees its place', async (t) => {
  const { batcher, accept, submit } = setUp({ maxQueueSize: 2 });
  const waiting = submit('a');
  const decoding = accept();
  t.throws(() => accept(), { name: 'QueueFullError' });
  batcher.cancel(waiting);
  batcher.cancel(decoding);
  t.equal(batcher.undispatched, 0);
  accept();
  accept();
  t.throws(() => accept(), { name: 'QueueFullError' });
});

t.test(
  'who is cancelled in a running batch is settled at once; its mates do not notice',
  async (t) => {
    const { clock, lane, batcher, released, submit } = setUp();
    const [a, b] = [submit('a'), submit('b')];
    clock.advance(10);
    batcher.cancel(a);
    t.equal(await endOf(a), 'CancelledError');
    t.equal(batcher.unsettled, 1);
    t.same(released, [], 'the lane still reads its input');
    await lane.finish();
    t.equal(await endOf(b), 'b');
    t.equal(batcher.unsettled, 0);
    t.same(released, ['a', 'b']);
  },
);

t.test('a batch of which everybody is gone keeps its lane busy until it ends', async (t) => {
  const { lane, batcher, submit } = setUp({ maxQueueDelayMs: 0 });
  batcher.cancel(submit('a'));
  submit('b');
  t.same(lane.batches, [['a']]);
  await lane.finish();
  t.same(lane.batch, ['b']);
});

t.test('who is cancelled twice, or after its end, is settled once', async (t) => {
  const { lane, batcher, told, submit } = setUp({ maxQueueDelayMs: 0 });
  const [a, b] = [submit('a'), submit('b')];
  batcher.cancel(b);
  batcher.cancel(b);
  await lane.finish();
  batcher.cancel(a);
  t.same(await endsOf([a, b]), ['a', 'CancelledError']);
  t.equal(told.filter((line) => line === 'CancelledError' || line === 'ok a').length, 2);
  t.equal(batcher.unsettled, 0);
  t.equal(batcher.undispatched, 0);
});

t.test('who is cancelled while it is decoded goes nowhere', async (t) => {
  const { lane, batcher, released, accept } = setUp({ maxQueueDelayMs: 0 });
  const item = accept();
  batcher.cancel(item);
  batcher.enqueue(item, 'a');
  t.equal(lane.batches.length, 0);
  t.same(released, ['a']);
  t.equal(batcher.undispatched, 0);
});

t.test('a cancelled item is not run again', async (t) => {
  const { lane, batcher, submit } = setUp();
  const [a, b, c, d] = [submit('a'), submit('b'), submit('c'), submit('d')];
  batcher.cancel(b);
  batcher.cancel(c);
  batcher.cancel(d);
  await lane.fail(new Error('somebody is guilty'));
  t.same(lane.batches, [['a', 'b', 'c', 'd'], ['a']]);
  await lane.finish();
  t.equal(await endOf(a), 'a');
  t.equal(lane.batch, undefined);
});

t.test('cancelling the only waiting item calls its window off', async (t) => {
  const { clock, batcher, submit } = setUp();
  batcher.cancel(submit('a'));
  t.equal(clock.pending, 0);
});

t.test('an item can end with an error of its own before it enters', async (t) => {
  const { clock, batcher, accept } = setUp();
  const item = accept();
  batcher.fail(item, new RangeError('undecodable'));
  t.equal(await endOf(item), 'RangeError');
  t.equal(batcher.undispatched, 0);
  t.equal(clock.pending, 0);
});
