import t from 'tap';
import { EngineUnavailableError, LaneEndedError } from '../../src/batcher/index.js';
import { settle } from '../helpers/puppet-lane.js';
import { endOf, endsOf, FAR, setUp } from '../helpers/set-up-batcher.js';

const EAGER = { maxQueueDelayMs: 0 };
const GONE = new Error('the thread has ended');

t.test('a batch whose lane ends fails at once, and is not run again', async (t) => {
  const { clock, lane, told, batcher, released, submit } = setUp(EAGER);
  const item = submit('a');
  const waiting = [submit('b'), submit('c')];
  await lane.end(GONE);
  t.equal(await endOf(item), 'LaneEndedError');
  await t.rejects(item.settled, { constructor: LaneEndedError, cause: GONE });
  t.same(await endsOf(waiting), ['EngineUnavailableError', 'EngineUnavailableError']);
  t.same(lane.batches, [['a']]);
  t.equal(batcher.unsettled, 0);
  t.equal(batcher.undispatched, 0);
  t.same(released.sort(), ['a', 'b', 'c'], 'nobody reads the inputs any more');
  t.same(
    told.filter((line) => /^lane 0 ended|^LaneEnded/.test(line)),
    ['lane 0 ended: LaneEndedError', 'LaneEndedError'],
  );
  await lane.finish();
  clock.advance(100_000);
  t.same(lane.batches, [['a']], 'a late answer changes nothing');
  t.equal(clock.pending, 0);
});

t.test('the lane may fail its batch in the same moment', async (t) => {
  const { lane, told, submit } = setUp({ maxBatchSize: 2 });
  const items = [submit('a'), submit('b')];
  void lane.end(GONE);
  await lane.fail(GONE);
  t.same(await endsOf(items), ['LaneEndedError', 'LaneEndedError']);
  t.same(lane.batches, [['a', 'b']], 'it is not isolated');
  t.equal(told.filter((line) => /^lane 0 (ended|open|hung)/.test(line)).length, 1);
});

t.test('or a moment sooner', async (t) => {
  const { lane, told, submit } = setUp({ maxBatchSize: 2 });
  const items = [submit('a'), submit('b')];
  await lane.fail(GONE);
  t.same(lane.batches.at(-1), ['a'], 'it is isolated');
  await lane.end(GONE);
  t.same(await endsOf(items), ['LaneEndedError', 'LaneEndedError']);
  t.equal(lane.batches.length, 2);
  t.equal(told.filter((line) => /^lane 0 (ended|open|hung)/.test(line)).length, 1);
});

t.test('who has an answer from an isolated part keeps it', async (t) => {
  const { lane, submit } = setUp({ maxBatchSize: 2 });
  const items = [submit('a'), submit('b')];
  await lane.fail(new Error('somebody is guilty'));
  await lane.finish();
  await lane.end(GONE);
  t.same(await endsOf(items), ['a', 'LaneEndedError']);
});

t.test('a lane that ends while it is idle gets no batch; the others do', async (t) => {
  const { lane, lanes, told, submit } = setUp(EAGER, 2);
  await lane.end(GONE);
  t.same(told, ['lane 0 ended: LaneEndedError']);
  for (const input of ['a', 'b']) {
    const item = submit(input);
    await lanes[1]?.finish();
    t.equal(await endOf(item), input);
  }
  t.same(lane.batches, []);
});

t.test('when the last lane ends while it is idle, nobody waits for it', async (t) => {
  const { clock, lane, batcher, submit } = setUp({ maxQueueDelayMs: 1000 });
  const held = submit('a');
  await lane.end(GONE);
  t.equal(await endOf(held), 'EngineUnavailableError');
  t.throws(() => batcher.accept(1, FAR), EngineUnavailableError);
  t.equal(clock.pending, 0);
});

t.test('an open lane that ends is probed no more', async (t) => {
  for (const isProbed of [false, true]) {
    const { clock, lane, told, submit } = setUp({ maxBatchSize: 1 });
    for (const input of ['a', 'b', 'c']) {
      submit(input);
      await lane.fail(new Error('broken'));
      await lane.fail(new Error('broken'));
    }
    t.ok(told.includes('lane 0 open: BatchFailedError'));
    if (isProbed) clock.advance(1000);
    await lane.end(GONE);
    const { length: runs } = lane.batches;
    for (let second = 0; second < 10; second++) {
      clock.advance(1000);
      await settle();
    }
    t.equal(lane.batches.length, runs);
    t.ok(told.includes('lane 0 ended: LaneEndedError'));
    t.notOk(told.includes('lane 0 serving'));
    t.equal(clock.pending, 0);
  }
});

t.test('a lane may end in its warm-up batch', async (t) => {
  const { lane, told, submit } = setUp({ maxBatchSize: 1 });
  const item = submit('a');
  await lane.fail(new Error('whoever'));
  t.same(lane.batch, []);
  await lane.end(GONE);
  t.equal(await endOf(item), 'LaneEndedError');
  t.ok(told.includes('lane 0 ended: LaneEndedError'));
});

t.test('a drain ends when the last lane does', async (t) => {
  const { lane, batcher, submit } = setUp(EAGER);
  submit('a');
  submit('b');
  const drained = batcher.drain();
  await lane.end(GONE);
  await drained;
  t.equal(batcher.unsettled, 0);
});
