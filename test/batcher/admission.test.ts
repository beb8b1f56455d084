import t, { type Test } from 'tap';
import { type Backlog, refusal } from '../../src/batcher/admission.js';
import {
  DeadlineExceededError,
  EngineUnavailableError,
  QueueFullError,
} from '../../src/batcher/index.js';
import { curveOf, FAR, limitsOf } from '../helpers/set-up-batcher.js';

const EMPTY: Backlog = { undispatched: 0, lanes: 1, nextIdleMs: 0 };
/** One image takes 10 ms, a full batch of four 40 ms. */
const CURVE = curveOf([
  [1, 10],
  [4, 40],
]);
const NOW_MS = 1000;

/** The milliseconds from now that a deadline must be beyond; found by trying to either side. */
function leastMs(
  t: Test,
  count: number,
  backlog: Partial<Backlog>,
  ms: number,
  allowedBatchSizes: readonly number[] = [],
): void {
  const limits = limitsOf({ maxQueueSize: 100, allowedBatchSizes });
  const refusedAt = (deadlineMs: number) =>
    refusal(count, deadlineMs, { ...EMPTY, ...backlog }, limits, CURVE, NOW_MS);
  const what = `${count} after ${JSON.stringify(backlog)}`;
  t.type(refusedAt(NOW_MS + ms), DeadlineExceededError, `${what} cannot end in ${ms} ms`);
  t.equal(refusedAt(NOW_MS + ms + 0.001), undefined, `${what} can end later`);
}

t.test('without a curve only a deadline that has passed cannot be met', async (t) => {
  const refusedAt = (deadlineMs: number, nextIdleMs = 0) =>
    refusal(1, deadlineMs, { ...EMPTY, nextIdleMs }, limitsOf({}), curveOf([]), NOW_MS);
  t.type(refusedAt(NOW_MS - 0.001), DeadlineExceededError);
  t.type(refusedAt(NOW_MS), DeadlineExceededError);
  t.equal(refusedAt(NOW_MS + 0.001), undefined);
});

t.test('an item needs one run', async (t) => {
  leastMs(t, 1, {}, 10);
  leastMs(t, 1, {}, 30, [3, 4]);
  leastMs(t, 3, {}, 30);
  leastMs(t, 4, {}, 40);
});

t.test('who can ride along need not wait', async (t) => {
  leastMs(t, 1, { undispatched: 3 }, 10);
  leastMs(t, 2, { undispatched: 2 }, 20);
});

t.test(
  'a busy lane is waited for, by the curve; one that is overdue is idle at any time',
  async (t) => {
    leastMs(t, 1, { nextIdleMs: NOW_MS + 7 }, 17);
    leastMs(t, 1, { nextIdleMs: NOW_MS }, 10);
    leastMs(t, 1, { nextIdleMs: NOW_MS - 7 }, 10);
  },
);

t.test('full batches go before', async (t) => {
  leastMs(t, 1, { undispatched: 4 }, 50);
  leastMs(t, 1, { undispatched: 7 }, 50);
  leastMs(t, 1, { undispatched: 8 }, 90);
  leastMs(t, 1, { undispatched: 8, nextIdleMs: NOW_MS + 7 }, 97);
});

t.test('as many at once as there are lanes', async (t) => {
  leastMs(t, 1, { undispatched: 4, lanes: 2 }, 10);
  leastMs(t, 1, { undispatched: 7, lanes: 2 }, 10);
  leastMs(t, 1, { undispatched: 8, lanes: 2 }, 50);
  leastMs(t, 1, { undispatched: 15, lanes: 2 }, 50);
  leastMs(t, 1, { undispatched: 16, lanes: 2 }, 90);
  leastMs(t, 1, { undispatched: 16, lanes: 3 }, 50);
});

t.test('what does not fit into one batch ends with its last part', async (t) => {
  leastMs(t, 5, {}, 50);
  leastMs(t, 2, { undispatched: 3 }, 50);
  leastMs(t, 9, {}, 90);
  leastMs(t, 5, {}, 60, [2, 4]);
});

t.test('or with a full batch that runs beside it', async (t) => {
  leastMs(t, 5, { lanes: 2 }, 40);
  leastMs(t, 2, { undispatched: 3, lanes: 2 }, 40);
  leastMs(t, 9, { lanes: 2 }, 50);
  leastMs(t, 13, { lanes: 2 }, 80);
});

t.test('as many are accepted as the queue holds, whole groups', async (t) => {
  const limits = limitsOf({ maxQueueSize: 8 });
  const refused = (count: number, undispatched: number) =>
    refusal(count, FAR, { ...EMPTY, undispatched }, limits, CURVE, NOW_MS);
  t.equal(refused(1, 7), undefined);
  t.type(refused(1, 8), QueueFullError);
  t.equal(refused(3, 5), undefined);
  t.type(refused(4, 5), QueueFullError);
  t.type(refused(9, 0), QueueFullError);
  t.match(refused(9, 0)?.message, /more than 8 items/);
});

t.test('who is refused is told how long what waits will take', async (t) => {
  const limits = limitsOf({ maxQueueSize: 0 });
  const retryAfterMs = (undispatched: number, lanes: number) =>
    (refusal(1, FAR, { ...EMPTY, undispatched, lanes }, limits, CURVE, NOW_MS) as QueueFullError)
      .retryAfterMs;
  t.same(
    [0, 1, 4, 5, 8, 9].map((waiting) => retryAfterMs(waiting, 1)),
    [0, 40, 40, 80, 80, 120],
  );
  t.same(
    [4, 5, 9].map((waiting) => retryAfterMs(waiting, 2)),
    [20, 40, 60],
  );
  t.equal(retryAfterMs(1024, 4), 2560);
});

t.test(
  'a full queue is named before a deadline that cannot be met, a dead engine before all',
  async (t) => {
    const refused = (lanes: number) =>
      refusal(9, 0, { ...EMPTY, lanes }, limitsOf({}), CURVE, NOW_MS);
    t.type(refused(1), QueueFullError);
    t.type(refused(0), EngineUnavailableError);
    t.equal((refused(0) as EngineUnavailableError).retryAfterMs, 1000);
  },
);
