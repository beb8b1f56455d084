import t from 'tap';
import { QueueFullError } from '../../src/batcher/index.js';
import { FAR, limitsOf, type Points, setUp } from '../helpers/set-up-batcher.js';

/** One image takes 10 ms, a full batch of four 40 ms. */
const LINEAR: Points = [
  [1, 10],
  [4, 40],
];

t.test('the queue bound counts items that are still being decoded, and groups whole', async (t) => {
  const { lane, batcher, told, submit } = setUp({ maxQueueSize: 8 });
  batcher.accept(7, FAR);
  t.throws(() => batcher.accept(2, FAR), QueueFullError);
  batcher.accept(1, FAR);
  t.equal(batcher.undispatched, 8);
  t.throws(() => submit('x'), QueueFullError);
  t.throws(() => batcher.admit(1, FAR), QueueFullError);
  t.equal(lane.batches.length, 0);
  t.same(told, ['accepted 7', 'accepted 1'], 'who is refused is not counted');
});

t.test('who only asks is not accepted', async (t) => {
  const { batcher, told } = setUp();
  batcher.admit(8, FAR);
  t.equal(batcher.undispatched, 0);
  t.same(told, []);
});

t.test('dispatching frees the queue', async (t) => {
  const { batcher, submit } = setUp({ maxQueueSize: 4 });
  for (const input of ['a', 'b', 'c', 'd']) submit(input);
  t.equal(batcher.undispatched, 0);
  t.equal(batcher.unsettled, 4);
  batcher.accept(4, FAR);
  t.throws(() => batcher.accept(1, FAR), QueueFullError);
});

t.test('a smaller bound refuses who comes, and loses nobody', async (t) => {
  const { batcher } = setUp();
  batcher.accept(8, FAR);
  batcher.reconfigure(limitsOf({ maxQueueSize: 4 }));
  t.equal(batcher.undispatched, 8);
  t.throws(() => batcher.accept(1, FAR), QueueFullError);
});

/** The least whole milliseconds from now in which a deadline can be met. */
function earliestMs({
  clock,
  batcher,
}: Pick<ReturnType<typeof setUp>, 'clock' | 'batcher'>): number {
  for (let ms = 1; ; ms++) {
    try {
      batcher.admit(1, clock.now() + ms + 0.5);
      return ms;
    } catch {}
  }
}

t.test('a batcher knows when its first lane will be idle', async (t) => {
  const all = setUp({ maxQueueDelayMs: 0 }, 2, LINEAR);
  const { clock, lanes, submit } = all;
  t.equal(earliestMs(all), 10, 'both are idle');
  submit('a');
  t.equal(earliestMs(all), 10, 'one is');
  clock.advance(4);
  submit('b');
  t.equal(
    earliestMs(all),
    19,
    'the first has run for 4 ms of 10; a run behind others has a margin',
  );
  await lanes[1]?.finish();
  t.equal(earliestMs(all), 10, 'one is idle, sooner than it was to be');
  clock.advance(20);
  t.equal(earliestMs(all), 10, 'one is idle, the other overdue');
});

t.test('a lane that is open is not counted on', async (t) => {
  const all = setUp({ maxBatchSize: 1, maxQueueDelayMs: 0 }, 2, LINEAR);
  const { lane, submit } = all;
  for (const input of ['a', 'busy', 'b', 'c']) {
    submit(input);
    if (input === 'busy') continue;
    await lane.fail(new Error('broken'));
    await lane.fail(new Error('broken'));
  }
  t.equal(earliestMs(all), 23);
});
