import type { BatcherModel } from './batcher-model.js';
import { count, endOf } from './books.js';
import { judge } from './judge.js';
import { leaveByMs } from './leave-by.js';
import { isLive, type ModelItem } from './model-item.js';
import type { ModelLane } from './model-lane.js';

/** Checks all invariants that hold whenever nothing is about to happen. */
export function look(model: BatcherModel): void {
  const { lanes, clients, batcher, books, check } = model;
  const { live } = clients;
  for (const one of live) lookAtItem(model, one);
  const waiting = live.filter(({ item }) => item.state === 'waiting');
  const decoding = live.filter(({ item }) => item.state === 'accepted');
  check(
    batcher.undispatched === waiting.length + decoding.length,
    'undispatched items are counted',
  );
  check(books.acceptedCount === clients.items.length, 'accepted items are counted');
  check(books.acceptedCount === books.settledCount + batcher.unsettled, 'each is settled once');
  const runsBatch = lanes.some(({ batch, expected }) => batch && expected !== 'hung');
  const isOver = batcher.unsettled === 0 && !runsBatch;
  check(model.drains === 0 || !isOver, 'a drain ends in time');
  check(!model.isDraining || model.drains > 0 || isOver, 'and not sooner');
  for (const lane of lanes) lookAtLane(model, lane);
  if (!lanes.some(({ expected }) => expected === 'serving')) {
    check(waiting.length === 0, 'nobody waits when no lane serves');
  }
  const hasIdle = lanes.some(({ isIdle }) => isIdle);
  if (hasIdle && waiting.length > 0) lookAtWaiting(model, waiting);
  const runs = lanes.filter(({ current, expected }) => current && expected !== 'hung').length;
  const probes = lanes.filter(({ current, expected }) => !current && expected === 'open').length;
  const windows = hasIdle && waiting.length > 0 ? 1 : 0;
  const deadlines = live.filter(isLive).length;
  check(
    model.clock.pending === deadlines + runs + probes + windows,
    'no timer leaks, none is lost',
  );
  clients.live = live.filter(({ input, item, released, batch }) => {
    const isReleased = input === undefined || released > 0 || batch?.state === 'hung';
    return item.state !== 'settled' || !isReleased;
  });
}

/** Checks what must hold after a complete drain. */
export function lookAtEnd({ clients, books, lanes, check, ...model }: BatcherModel): void {
  check(model.drains === 0 && model.batcher.unsettled === 0, 'the drain ends');
  check(model.batcher.undispatched === 0, 'nothing is left in the queue');
  const byEnd = new Map<string, number>();
  for (const { ended, released, batch } of clients.items) {
    check(ended.length === 1, 'each is settled once');
    for (const one of ended) count(byEnd, endOf(one));
    check(released === (batch?.state === 'hung' ? 0 : 1), 'each input is released once');
  }
  check(books.byEnd.size === byEnd.size, 'the books know every end');
  for (const [end, times] of byEnd)
    check(books.byEnd.get(end) === times, `the books agree: ${end}`);
  const open = lanes.filter(({ expected }) => expected === 'open').length;
  check(model.clock.pending === open, 'no timer is left but the probes');
}

function lookAtItem(model: BatcherModel, one: ModelItem): void {
  const { clock, isSteady, check, lanes } = model;
  const { item, ended, batch, released, input } = one;
  const isSettled = item.state === 'settled';
  check(!isSteady || isSettled || clock.now() < item.deadlineMs, 'settled by its deadline');
  check(ended.length === (isSettled ? 1 : 0), 'settled once');
  check(
    isSettled || item.state !== 'dispatched' || batch?.state === 'running',
    'nobody is forgotten',
  );
  const hasPassed = batch?.runs.some(
    ({ items, ended }) => ended === 'passed' && items.includes(one),
  );
  check(isSettled || !hasPassed, 'an outcome arrives at once');
  const isHeld = !isSettled || (batch !== undefined && batch.state !== 'over');
  if (input !== undefined)
    check(released === (isHeld ? 0 : 1), 'an input is released once, and in time');
  for (const end of ended) {
    const isServed = lanes.some(({ expected }) => expected === 'serving');
    check(
      judge(one, end, isSteady, clock.now(), isServed, model.fullRunMs),
      `ended rightly: ${endOf(end)}`,
    );
  }
}

function lookAtLane({ clock, isSteady, check }: BatcherModel, lane: ModelLane): void {
  check(lane.told === lane.expected, `a lane is ${lane.expected}, not ${lane.told}`);
  check(lane.batch?.state !== 'running' || !!lane.current, 'a batch is worked on until it is over');
  if (!isSteady) return;
  check(clock.now() < lane.hungAtMs, 'a lane that hangs is found out');
  const isProbed = lane.expected !== 'open' || lane.current !== undefined;
  check(isProbed || clock.now() < lane.endedMs + 1000, 'an open lane is probed');
}

/** A lane is idle and these items wait: there must be a reason to wait. */
function lookAtWaiting(model: BatcherModel, waiting: readonly ModelItem[]): void {
  const { limits, check, isDraining, isSteady } = model;
  const { maxBatchSize, maxQueueDelayMs } = limits;
  check(waiting.length < maxBatchSize, 'no full batch waits while a lane is idle');
  check(!isDraining, 'a draining batcher does not wait');
  check(maxQueueDelayMs > 0, 'a window of 0 holds nobody');
  if (!isSteady) return;
  const nowMs = model.clock.now();
  const oldestMs = Math.min(...waiting.map(({ item }) => item.enteredMs));
  check(nowMs < oldestMs + maxQueueDelayMs, 'the window holds');
  check(nowMs < leaveByMs(model, waiting), 'the deadline holds');
}
