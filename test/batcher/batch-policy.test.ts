import t from 'tap';
import { nextAction, type QueueView } from '../../src/batcher/batch-policy.js';

const limits = { maxBatchSize: 4, maxQueueDelayMs: 5, maxQueueSize: 16 };
const view: QueueView = { waiting: 1, oldestEnteredMs: 100, hasIdleLane: true, draining: false };

t.test('nothing leaves without items or without an idle lane', async (t) => {
  t.same(nextAction({ ...view, waiting: 0 }, limits, 200), { kind: 'idle' });
  t.same(nextAction({ ...view, waiting: 99, hasIdleLane: false, draining: true }, limits, 200), {
    kind: 'idle',
  });
});

t.test('a batch leaves full at the limit, not one below', async (t) => {
  t.same(nextAction({ ...view, waiting: 3 }, limits, 100), { kind: 'wait', untilMs: 105 });
  t.same(nextAction({ ...view, waiting: 4 }, limits, 100), {
    kind: 'dispatch',
    size: 4,
    reason: 'full',
  });
  t.same(nextAction({ ...view, waiting: 5 }, limits, 100), {
    kind: 'dispatch',
    size: 4,
    reason: 'full',
  });
});

t.test('the window ends exactly, counted from the oldest item', async (t) => {
  t.same(nextAction(view, limits, 104.999), { kind: 'wait', untilMs: 105 });
  t.same(nextAction(view, limits, 105), { kind: 'dispatch', size: 1, reason: 'window' });
});

t.test('window 0 is eager', async (t) => {
  const eager = { ...limits, maxQueueDelayMs: 0 };
  t.same(nextAction({ ...view, waiting: 3 }, eager, 100), {
    kind: 'dispatch',
    size: 3,
    reason: 'idle',
  });
});

t.test('a draining batcher does not wait for the window', async (t) => {
  t.same(nextAction({ ...view, waiting: 2, draining: true }, limits, 100), {
    kind: 'dispatch',
    size: 2,
    reason: 'drain',
  });
});

t.test('a clock that steps back only waits longer', async (t) => {
  t.same(nextAction(view, limits, 90), { kind: 'wait', untilMs: 105 });
});
