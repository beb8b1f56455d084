import t from 'tap';
import { endOf, endsOf, FAR, type Points, setUp } from '../helpers/set-up-batcher.js';

/** One item takes 10 ms, a full batch of four 40 ms. */
const CURVE: Points = [
  [1, 10],
  [4, 40],
];
const LIMITS = { maxQueueDelayMs: 0, maxQueueSize: 100 };

t.test('an item that the run would finish too late makes room for others', async (t) => {
  const { clock, lane, submit, told } = setUp(LIMITS, 1, CURVE);
  const first = submit('first');
  // Two take 20 ms, and a quarter more for safety.
  const late = submit('late', 35);
  const inTime = submit('in time', 36);
  clock.advance(10);
  await lane.finish(['first']);
  t.equal(await endOf(late), 'DeadlineExceededError', 'before its deadline');
  t.equal(told.at(-1), 'dispatched 1/1 idle');
  clock.advance(10);
  await lane.finish(['in time']);
  t.same(await endsOf([first, inTime]), ['first', 'in time']);
});

t.test('without others, a lane that was slow tries what it could do by its curve', async (t) => {
  const { clock, lane, submit } = setUp(LIMITS, 1, CURVE);
  const slow = submit('slow');
  clock.advance(100);
  await lane.finish(['slow']);
  t.equal(await endOf(slow), 'slow');
  const tried = submit('tried', 111);
  t.equal(tried.state, 'dispatched');
  clock.advance(10);
  await lane.finish(['tried']);
  t.equal(await endOf(tried), 'tried');
});

t.test('but not what it cannot do by its curve either', async (t) => {
  const { clock, lane, submit } = setUp(LIMITS, 1, CURVE);
  submit('before');
  const late = submit('late', 23);
  clock.advance(13);
  await lane.finish(['before']);
  t.equal(await endOf(late), 'DeadlineExceededError');
  t.equal(lane.batch, undefined);
});

t.test('while more wait than a batch holds, late ones are not tried', async (t) => {
  const { clock, lane, submit } = setUp(LIMITS, 1, CURVE);
  submit('before');
  const late = ['1', '2', '3', '4'].map((name) => submit(name, 250));
  const next = submit('next');
  clock.advance(100);
  await lane.finish(['before']);
  // A full batch could take 40 ms, but runs have lately been several times slower than the curve.
  t.same(
    await endsOf(late),
    late.map(() => 'DeadlineExceededError'),
  );
  t.equal(next.state, 'dispatched');
});

t.test('what lanes need under load is learned from their runs', async (t) => {
  const { clock, lane, submit, batcher } = setUp(LIMITS, 1, CURVE);
  for (let i = 0; i < 50; i++) {
    submit('x');
    clock.advance(20);
    await lane.finish(['x']);
  }
  submit('running');
  const expectedMs = (ms: number) => {
    try {
      batcher.admit(1, clock.now() + ms);
      return true;
    } catch {
      return false;
    }
  };
  // The run and one of its own, both twice as slow, with a margin; and each item so far was later than it was expected.
  const lateMs = batcher.unforeseenMs;
  t.ok(lateMs > 9 && lateMs < 10);
  t.notOk(expectedMs(44 + lateMs));
  t.ok(expectedMs(46 + lateMs));
  await lane.finish(['running']);
  t.ok(expectedMs(11), 'an idle lane may be as fast as its curve');
});

t.test('behind a busy lane, a batch is expected to grow as the latest have', async (t) => {
  const { clock, lane, submit, batcher } = setUp(LIMITS, 1, CURVE);
  for (let i = 0; i < 40; i++) {
    submit('first');
    for (const name of ['1', '2', '3', '4']) submit(name);
    clock.advance(10);
    await lane.finish(['first']);
    clock.advance(40);
    await lane.finish(['1', '2', '3', '4']);
  }
  submit('running');
  t.throws(() => batcher.admit(1, clock.now() + 35), { name: 'DeadlineExceededError' });
  t.doesNotThrow(() => batcher.admit(1, clock.now() + 61));
});

t.test('a failed run says nothing of the speed of lanes', async (t) => {
  const { clock, lane, submit, batcher } = setUp(LIMITS, 1, CURVE);
  submit('bad');
  clock.advance(1000);
  await lane.fail(new Error('the run failed'));
  await lane.finish([]);
  submit('running');
  t.doesNotThrow(() => batcher.admit(1, clock.now() + 23));
});

t.test('the operator’s goal and what is expected of the inputs count', async (t) => {
  const { clock, batcher, accept } = setUp(LIMITS, 1, CURVE);
  const inputsMs = clock.now() + 500;
  const refused = { name: 'OverloadedError', retryAfterMs: 500 };
  t.throws(() => batcher.accept(1, FAR, { goalMs: inputsMs + 10, inputsMs }), refused);
  t.equal(batcher.undispatched, 0);
  t.equal(batcher.accept(1, FAR, { goalMs: inputsMs + 11, inputsMs }).length, 1);
  t.throws(() => batcher.accept(1, inputsMs + 10, { inputsMs }), { name: 'DeadlineExceededError' });
  t.equal(batcher.neededByMs(accept(100)), 90, 'a run must still be possible');
});

t.test(
  'what items wait for unseen is expected of the next ones, while there are any',
  async (t) => {
    const { clock, lane, submit, accept, batcher } = setUp(LIMITS, 1, CURVE);
    const admits = (ms: number) => {
      try {
        batcher.admit(1, clock.now() + ms);
        return true;
      } catch {
        return false;
      }
    };
    for (let i = 0; i < 200; i++) {
      // Its input comes 100 ms later than it was said.
      const item = accept();
      clock.advance(100);
      batcher.enqueue(item, 'x');
      clock.advance(10);
      await lane.finish(['x']);
    }
    t.equal(batcher.unforeseenMs, 0);
    t.ok(admits(11), 'with nothing in progress, it may be over');
    accept();
    t.notOk(admits(109));
    t.ok(admits(111));
    t.ok(Math.abs(batcher.unforeseenMs - 100) < 1);
    for (let i = 0; i < 200; i++) {
      submit('quick');
      clock.advance(10);
      await lane.finish(['quick']);
    }
    t.ok(batcher.unforeseenMs < 1, 'it is over');
  },
);

t.test('who misses a deadline was late, who goes away was not', async (t) => {
  const { clock, accept, batcher } = setUp(LIMITS, 1, CURVE);
  accept();
  for (let i = 0; i < 200; i++) {
    const item = accept();
    clock.advance(500);
    batcher.cancel(item);
  }
  t.equal(batcher.unforeseenMs, 0);
  for (let i = 0; i < 200; i++) {
    accept(clock.now() + 500);
    clock.advance(500);
  }
  t.ok(Math.abs(batcher.unforeseenMs - 490) < 1, `${batcher.unforeseenMs}`);
});
