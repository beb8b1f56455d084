import t from 'tap';
import { type Action, nextAction, type QueueView } from '../../src/batcher/batch-policy.js';
import { type BatchLimits, type DispatchReason, LatencyCurve } from '../../src/batcher/index.js';

const LIMITS: BatchLimits = {
  maxBatchSize: 4,
  maxQueueDelayMs: 5,
  allowedBatchSizes: [],
  maxQueueSize: 16,
};
const UNKNOWN = new LatencyCurve([]);
/** 10 ms for any batch. */
const FLAT = new LatencyCurve([
  { batchSize: 1, ms: 10 },
  { batchSize: 4, ms: 10 },
]);

/** What is done at `nowMs` with one item that entered at 100 ms, unless the view says otherwise. */
function actionAt(
  nowMs: number,
  { deadlineMs = 1e9, ...view }: Partial<QueueView> & { deadlineMs?: number } = {},
  limits: Partial<BatchLimits> = {},
  curve = UNKNOWN,
): Action {
  const usual = { waiting: 1, oldestEnteredMs: 100, hasIdleLane: true, draining: false };
  const earliestDeadlineMs = () => deadlineMs;
  return nextAction(
    { ...usual, earliestDeadlineMs, ...view },
    { ...LIMITS, ...limits },
    curve,
    nowMs,
  );
}

function dispatch(size: number, reason: DispatchReason): Action {
  return { kind: 'dispatch', size, reason };
}

function waitUntil(untilMs: number): Action {
  return { kind: 'wait', untilMs };
}

t.test('nothing leaves without items or without an idle lane', async (t) => {
  t.same(actionAt(200, { waiting: 0, draining: true }), { kind: 'idle' });
  t.same(actionAt(200, { waiting: 0, deadlineMs: 0 }, { maxQueueDelayMs: 0 }), { kind: 'idle' });
  const busy = { waiting: 99, hasIdleLane: false, deadlineMs: 0 };
  t.same(actionAt(200, { ...busy, draining: true }), { kind: 'idle' });
  t.same(actionAt(200, busy, { maxQueueDelayMs: 0 }), { kind: 'idle' });
});

t.test('a batch leaves full at the limit, not one below', async (t) => {
  t.same(actionAt(100, { waiting: 3 }), waitUntil(105));
  t.same(actionAt(100, { waiting: 4 }), dispatch(4, 'full'));
  t.same(actionAt(100, { waiting: 5 }), dispatch(4, 'full'));
  t.same(actionAt(100, { waiting: 1 }, { maxBatchSize: 1 }), dispatch(1, 'full'));
});

t.test('a full batch is full before it is anything else', async (t) => {
  const full = { waiting: 4, draining: true, deadlineMs: 0 };
  t.same(actionAt(200, full, { maxQueueDelayMs: 0 }), dispatch(4, 'full'));
});

t.test('the window ends exactly, counted from the oldest item', async (t) => {
  t.same(actionAt(104.999), waitUntil(105));
  t.same(actionAt(105), dispatch(1, 'window'));
  t.same(actionAt(105.001), dispatch(1, 'window'));
  t.same(actionAt(105, { oldestEnteredMs: 100.001 }), waitUntil(105.001));
});

t.test('window 0 is eager', async (t) => {
  t.same(actionAt(100, { waiting: 3 }, { maxQueueDelayMs: 0 }), dispatch(3, 'idle'));
});

t.test('a draining batcher does not wait for the window', async (t) => {
  t.same(actionAt(100, { waiting: 2, draining: true }), dispatch(2, 'drain'));
  const eager = { maxQueueDelayMs: 0 };
  t.same(actionAt(100, { waiting: 2, draining: true }, eager), dispatch(2, 'drain'));
});

t.test('without a curve a batch leaves 2 ms before the nearest deadline', async (t) => {
  const view = { waiting: 2, deadlineMs: 104 };
  t.same(actionAt(101.999, view), waitUntil(102));
  t.same(actionAt(102, view), dispatch(2, 'deadline'));
  t.same(actionAt(102.001, view), dispatch(2, 'deadline'));
});

t.test('with a curve it leaves one and a half runs sooner', async (t) => {
  const view = { waiting: 2, deadlineMs: 120 };
  t.same(actionAt(102.999, view, {}, FLAT), waitUntil(103));
  t.same(actionAt(103, view, {}, FLAT), dispatch(2, 'deadline'));
});

t.test('the run that counts is that of the padded batch', async (t) => {
  const curve = new LatencyCurve([
    { batchSize: 2, ms: 2 },
    { batchSize: 4, ms: 10 },
  ]);
  const view = { waiting: 1, deadlineMs: 120 };
  t.same(actionAt(100, view, { allowedBatchSizes: [2, 4] }, curve), waitUntil(105));
  t.same(actionAt(103, view, { allowedBatchSizes: [4] }, curve), dispatch(1, 'deadline'));
  t.same(actionAt(102.999, view, { allowedBatchSizes: [4] }, curve), waitUntil(103));
});

t.test('window or deadline, what comes first', async (t) => {
  t.same(actionAt(100, { deadlineMs: 107.001 }), waitUntil(105));
  t.same(actionAt(100, { deadlineMs: 106.999 }), waitUntil(104.999));
  t.same(actionAt(105, { deadlineMs: 107 }), dispatch(1, 'window'), 'both: the window');
});

t.test('a batch is split where that costs less per image', async (t) => {
  const dear = new LatencyCurve([
    { batchSize: 2, ms: 2 },
    { batchSize: 4, ms: 10 },
  ]);
  const view = { waiting: 3 };
  const limits = { allowedBatchSizes: [2, 4] };
  t.same(actionAt(105, view, limits, dear), dispatch(2, 'window'));
  t.same(actionAt(105, view, { ...limits, maxQueueDelayMs: 0 }, dear), dispatch(2, 'idle'));
  t.same(actionAt(100, { ...view, draining: true }, limits, dear), dispatch(2, 'drain'));
  t.same(actionAt(105, view, limits, FLAT), dispatch(3, 'window'), 'padded where it does not');
});

t.test('who leaves for a deadline is not split: the urgent one may be the last', async (t) => {
  const dear = new LatencyCurve([
    { batchSize: 2, ms: 2 },
    { batchSize: 4, ms: 10 },
  ]);
  const view = { waiting: 3, deadlineMs: 110 };
  t.same(actionAt(100, view, { allowedBatchSizes: [2, 4] }, dear), dispatch(3, 'deadline'));
});

t.test('a clock that steps back only waits longer', async (t) => {
  t.same(actionAt(90), waitUntil(105));
});

t.test('a full batch leaves without a walk through the queue', async (t) => {
  const earliestDeadlineMs = () => {
    throw new Error('asked');
  };
  t.same(actionAt(100, { waiting: 4, earliestDeadlineMs }), dispatch(4, 'full'));
});
