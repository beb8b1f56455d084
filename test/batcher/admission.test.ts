import t, { type Test } from 'tap';
import {
  type Arrival,
  type Backlog,
  expectedFinishMs,
  refusal,
} from '../../src/batcher/admission.js';
import {
  DeadlineExceededError,
  EngineUnavailableError,
  OverloadedError,
  QueueFullError,
} from '../../src/batcher/index.js';
import { curveOf, FAR, limitsOf } from '../helpers/set-up-batcher.js';

const NOW_MS = 1000;
/** One idle lane, as fast as its curve. */
const IDLE: Backlog = {
  undispatched: 0,
  lanes: 1,
  hasIdleLane: true,
  nextIdleMs: 0,
  slowdown: 1,
  usualBatchSize: 0,
  unforeseenMs: 0,
};
/** The lane runs until now. */
const BUSY = { hasIdleLane: false, nextIdleMs: NOW_MS };
/** One image takes 10 ms, a full batch of four 40 ms. */
const CURVE = curveOf([
  [1, 10],
  [4, 40],
]);

function arrivalOf(arrival: Partial<Arrival>): Arrival {
  return { count: 1, deadlineMs: FAR, goalMs: FAR + 1, inputsMs: NOW_MS, ...arrival };
}

/** The refusal of what arrives, with the forecast that the batcher makes of it. */
function refusalOf(...arrives: Parameters<typeof expectedFinishMs>): Error | undefined {
  return refusal(...arrives, expectedFinishMs(...arrives));
}

/** The milliseconds from now that a deadline must be beyond; found by trying on either side. */
function leastMs(
  t: Test,
  arrival: number | Partial<Arrival>,
  backlog: Partial<Backlog>,
  ms: number,
  allowedBatchSizes: readonly number[] = [],
): void {
  const limits = limitsOf({ maxQueueSize: 100, allowedBatchSizes });
  const partial = typeof arrival === 'number' ? { count: arrival } : arrival;
  const refusedAt = (deadlineMs: number) =>
    refusalOf(
      arrivalOf({ ...partial, deadlineMs }),
      { ...IDLE, ...backlog },
      limits,
      CURVE,
      NOW_MS,
    );
  const what = `${JSON.stringify(arrival)} after ${JSON.stringify(backlog)}`;
  t.type(refusedAt(NOW_MS + ms), DeadlineExceededError, `${what} cannot end in ${ms} ms`);
  t.equal(refusedAt(NOW_MS + ms + 0.001), undefined, `${what} can end later`);
}

t.test('without a curve only a deadline that has passed cannot be met', async (t) => {
  const refusedAt = (deadlineMs: number) =>
    refusalOf(arrivalOf({ deadlineMs }), IDLE, limitsOf({}), curveOf([]), NOW_MS);
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

t.test('an idle lane is taken to be as fast as its curve, whatever it was', async (t) => {
  leastMs(t, 1, { slowdown: 3, usualBatchSize: 4 }, 10);
  leastMs(t, 1, { slowdown: 3, usualBatchSize: 4, undispatched: 3 }, 10);
});

t.test('a run begins when the inputs are there', async (t) => {
  leastMs(t, { inputsMs: NOW_MS + 25 }, {}, 35);
  leastMs(t, { inputsMs: NOW_MS - 25 }, {}, 10);
  leastMs(t, { inputsMs: NOW_MS + 25 }, { ...BUSY, nextIdleMs: NOW_MS + 7 }, 35);
  leastMs(t, { inputsMs: NOW_MS + 5 }, { ...BUSY, nextIdleMs: NOW_MS + 7 }, 17);
});

t.test('a busy lane is waited for; one that is overdue may be idle at any time', async (t) => {
  leastMs(t, 1, { ...BUSY, nextIdleMs: NOW_MS + 7 }, 17);
  leastMs(t, 1, { ...BUSY, nextIdleMs: NOW_MS }, 10);
  leastMs(t, 1, { ...BUSY, nextIdleMs: NOW_MS - 7 }, 10);
});

t.test('behind other work, a run is as slow as the latest ones, with all that wait', async (t) => {
  leastMs(t, 1, { ...BUSY, undispatched: 2 }, 30);
  leastMs(t, 1, { ...BUSY, undispatched: 2, slowdown: 1.5 }, 45);
  leastMs(t, 1, { ...BUSY, undispatched: 4, slowdown: 1.5 }, 75);
});

t.test('or with as many as the latest batches had, if that is more', async (t) => {
  leastMs(t, 1, { ...BUSY, usualBatchSize: 3 }, 30);
  leastMs(t, 1, { ...BUSY, undispatched: 3, usualBatchSize: 2 }, 40);
  leastMs(t, 1, { ...BUSY, usualBatchSize: 9 }, 40);
  leastMs(t, 1, { ...BUSY, usualBatchSize: 2.5 }, 40, [2, 4]);
});

t.test('what nobody foresaw lately comes on top', async (t) => {
  leastMs(t, 1, { unforeseenMs: 15 }, 25);
  leastMs(t, 1, { ...BUSY, undispatched: 2, unforeseenMs: 15 }, 45);
});

t.test('full batches go before', async (t) => {
  leastMs(t, 1, { undispatched: 4 }, 50);
  leastMs(t, 1, { undispatched: 7 }, 80);
  leastMs(t, 1, { undispatched: 8 }, 90);
  leastMs(t, 1, { ...BUSY, undispatched: 8, nextIdleMs: NOW_MS + 7 }, 97);
});

t.test('as many at once as there are lanes', async (t) => {
  const two = { ...BUSY, lanes: 2 };
  leastMs(t, 1, { ...two, undispatched: 4 }, 10);
  leastMs(t, 1, { ...two, undispatched: 7 }, 40);
  leastMs(t, 1, { ...two, undispatched: 8 }, 50);
  leastMs(t, 1, { ...two, undispatched: 15 }, 80);
  leastMs(t, 1, { ...two, undispatched: 16 }, 90);
  leastMs(t, 1, { ...two, undispatched: 16, lanes: 3 }, 50);
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

t.test('the nearer of deadline and goal refuses, and says when to come back', async (t) => {
  const inputsMs = NOW_MS + 2500;
  const refused = (deadlineMs: number, goalMs: number) =>
    refusalOf(arrivalOf({ deadlineMs, goalMs, inputsMs }), IDLE, limitsOf({}), CURVE, NOW_MS);
  const endMs = inputsMs + 10;
  t.equal(refused(endMs + 1, endMs + 1), undefined);
  t.type(refused(endMs, endMs + 1), DeadlineExceededError);
  t.type(refused(endMs + 1, endMs), OverloadedError);
  t.type(refused(endMs, endMs), OverloadedError, "a default timeout is the operator's");
  t.type(refused(NOW_MS, NOW_MS + 1), DeadlineExceededError);
  t.match(refused(endMs, FAR), { retryAfterMs: 2500 });
  t.match(refused(FAR, endMs), { retryAfterMs: 2500 });
});

t.test('as many are accepted as the queue holds, whole groups', async (t) => {
  const limits = limitsOf({ maxQueueSize: 8 });
  const refused = (count: number, undispatched: number) =>
    refusalOf(arrivalOf({ count }), { ...IDLE, undispatched }, limits, CURVE, NOW_MS);
  t.equal(refused(1, 7), undefined);
  t.type(refused(1, 8), QueueFullError);
  t.equal(refused(3, 5), undefined);
  t.type(refused(4, 5), QueueFullError);
  t.type(refused(9, 0), QueueFullError);
  t.match(refused(9, 0)?.message, /more than 8 items/);
});

t.test('who is refused is told how long what waits will take', async (t) => {
  const limits = limitsOf({ maxQueueSize: 0 });
  const retryAfterMs = (backlog: Partial<Backlog>, inputsMs = NOW_MS) =>
    (
      refusalOf(
        arrivalOf({ inputsMs }),
        { ...IDLE, ...backlog },
        limits,
        CURVE,
        NOW_MS,
      ) as QueueFullError
    ).retryAfterMs;
  t.same(
    [0, 1, 4, 5, 8, 9].map((undispatched) => retryAfterMs({ undispatched })),
    [0, 40, 40, 80, 80, 120],
  );
  t.same(
    [4, 5, 9].map((undispatched) => retryAfterMs({ undispatched, lanes: 2 })),
    [20, 40, 60],
  );
  t.equal(retryAfterMs({ undispatched: 1024, lanes: 4 }), 2560);
  t.equal(retryAfterMs({ undispatched: 9, slowdown: 2 }), 240, 'at the pace of the lanes');
  t.equal(retryAfterMs({ undispatched: 9 }, NOW_MS + 700), 700, 'or of the decoders');
});

t.test(
  'a full queue is named before a deadline that cannot be met, a dead engine before all',
  async (t) => {
    const arrival = arrivalOf({ count: 9, deadlineMs: 0 });
    const refused = (lanes: number) =>
      refusalOf(arrival, { ...IDLE, lanes }, limitsOf({}), CURVE, NOW_MS);
    t.type(refused(1), QueueFullError);
    t.type(refused(0), EngineUnavailableError);
    t.equal((refused(0) as EngineUnavailableError).retryAfterMs, 1000);
  },
);
