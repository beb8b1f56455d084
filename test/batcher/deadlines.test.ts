import t from 'tap';
import { DeadlineExceededError } from '../../src/batcher/index.js';
import { endOf, endsOf, setUp } from '../helpers/set-up-batcher.js';

t.test('what comes at its deadline is refused, a tick before it is accepted', async (t) => {
  const { clock, batcher, accept } = setUp();
  clock.advance(5);
  t.throws(() => accept(5), DeadlineExceededError);
  t.throws(() => accept(4.999), DeadlineExceededError);
  t.equal(batcher.unsettled, 0);
  accept(5.001);
  t.equal(batcher.unsettled, 1);
});

t.test('a deadline settles an item wherever it is', async (t) => {
  const { clock, lane, batcher, accept, submit } = setUp({ maxQueueDelayMs: 100 }, 1);
  for (const input of ['a', 'b', 'c']) submit(input);
  const running = submit('d', 20);
  const decoding = accept(20);
  const waiting = submit('waiting', 20);
  t.same(lane.batch, ['a', 'b', 'c', 'd']);
  clock.advance(19.999);
  t.same([running.state, waiting.state, decoding.state], ['dispatched', 'waiting', 'accepted']);
  t.equal(batcher.undispatched, 2);
  clock.advance(0.001);
  const late = 'DeadlineExceededError';
  t.same(await endsOf([running, waiting, decoding]), [late, late, late], 'the lane is still busy');
  t.equal(batcher.undispatched, 0);
  await lane.finish();
  t.equal(lane.batch, undefined, 'expired items never reach a lane');
  t.equal(batcher.unsettled, 0);
  t.equal(clock.pending, 0);
});

t.test('a deadline is a time, not a span', async (t) => {
  const { clock, accept } = setUp();
  clock.advance(100);
  const item = accept(105);
  clock.advance(4.999);
  t.equal(item.state, 'accepted');
  clock.advance(0.001);
  t.equal(await endOf(item), 'DeadlineExceededError');
});

t.test('an item that is decoded too late goes nowhere', async (t) => {
  const { clock, lane, batcher, released, accept } = setUp({ maxQueueDelayMs: 0 });
  const item = accept(5);
  clock.advance(5);
  batcher.enqueue(item, 'late');
  t.equal(await endOf(item), 'DeadlineExceededError');
  t.equal(lane.batches.length, 0);
  t.same(released, ['late']);
});

t.test('an item that enters at its deadline, before its timer runs, is late', async (t) => {
  const { clock, lane, batcher, released, accept } = setUp({ maxQueueDelayMs: 0 });
  const [late, inTime] = [accept(5), accept(5.001)];
  clock.jump(5);
  batcher.enqueue(late, 'late');
  t.equal(await endOf(late), 'DeadlineExceededError');
  t.equal(batcher.undispatched, 1);
  t.same(released, ['late']);
  batcher.enqueue(inTime, 'in time');
  t.same(lane.batch, ['in time'], 'a tick before its deadline is not late');
});

t.test('an item that enters too late does not drive out those who wait', async (t) => {
  const { clock, lane, batcher, accept, submit } = setUp();
  const late = accept(5);
  clock.jump(5);
  submit('a');
  batcher.enqueue(late, 'late');
  t.equal(lane.batch, undefined);
  clock.advance(10);
  t.same(lane.batch, ['a']);
});

t.test('a batch leaves 2 ms before the nearest deadline', async (t) => {
  const { clock, lane, told, submit } = setUp();
  submit('patient');
  const urgent = submit('urgent', 7);
  clock.advance(4.999);
  t.equal(lane.batch, undefined);
  clock.advance(0.001);
  t.same(lane.batch, ['patient', 'urgent']);
  t.equal(told.at(-1), 'dispatched 2/2 deadline');
  clock.advance(1.999);
  await lane.finish();
  t.equal(await endOf(urgent), 'urgent');
});

t.test('and one and a half runs of the curve sooner, padding included', async (t) => {
  const { clock, lane, submit } = setUp({ allowedBatchSizes: [2, 4] }, 1, [
    [2, 2],
    [4, 4],
  ]);
  submit('a', 9);
  clock.advance(3.999);
  t.equal(lane.batch, undefined);
  clock.advance(0.001);
  t.same(lane.batch, ['a']);
});

t.test('once the urgent one has gone the others wait on', async (t) => {
  const { clock, lane, batcher, submit } = setUp();
  submit('a');
  const urgent = submit('b', 7);
  batcher.cancel(urgent);
  clock.advance(9.999);
  t.equal(lane.batch, undefined);
  clock.advance(0.001);
  t.same(lane.batch, ['a']);
});

t.test(
  'who is late when the batch leaves, before its timer runs, does not ride along',
  async (t) => {
    const { clock, lane, batcher, released, told, submit } = setUp({ maxBatchSize: 2 });
    for (const input of ['x', 'y']) submit(input);
    const [late, inTime] = [submit('late', 20), submit('in time', 20.001)];
    clock.jump(20);
    await lane.finish();
    t.equal(await endOf(late), 'DeadlineExceededError');
    t.same(lane.batch, ['in time']);
    t.equal(told.at(-1), 'dispatched 1/1 full', 'it was, until the late one left');
    t.equal(batcher.undispatched, 0);
    t.same(released, ['x', 'y', 'late']);
    await lane.finish();
    t.equal(await endOf(inTime), 'in time');
  },
);

t.test('a batch of which everybody is late does not leave', async (t) => {
  const { clock, lane, told, submit } = setUp({ maxBatchSize: 1 });
  submit('x');
  const late = [submit('y', 20), submit('z', 20)];
  clock.jump(20);
  await lane.finish();
  t.same(await endsOf(late), ['DeadlineExceededError', 'DeadlineExceededError']);
  t.same(lane.batches, [['x']]);
  t.equal(told.filter((line) => line.startsWith('dispatched')).length, 1);
  t.equal(clock.pending, 0);
});

t.test('a batch that ends at the deadline has missed it; a tick sooner it has not', async (t) => {
  for (const [ms, end] of [
    [20, 'DeadlineExceededError'],
    [19.999, 'a'],
  ] as const) {
    const { clock, lane, batcher, told, submit } = setUp({ maxQueueDelayMs: 0 });
    const item = submit('a', 20);
    clock.jump(ms);
    await lane.finish();
    t.equal(await endOf(item), end);
    t.equal(batcher.unsettled, 0);
    t.equal(told.filter((line) => line === end || line === `ok ${end}`).length, 1, 'settled once');
  }
});

t.test('an error of its own stays its own, also past the deadline', async (t) => {
  const { clock, lane, submit } = setUp({ maxQueueDelayMs: 0 });
  const item = submit('a', 20);
  clock.jump(20);
  await lane.finish([new RangeError('not a number')]);
  t.equal(await endOf(item), 'RangeError');
});
