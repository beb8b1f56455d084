import type { BatcherModel } from './batcher-model.js';
import type { ModelItem } from './model-item.js';
import type { ModelLane } from './model-lane.js';

/**
 * Everything in a model's past that its future can depend on, except the numbering of items and lanes: of two histories
 * with the same fingerprint, only one needs to be continued. Probes and hung lanes are too far in the future for the
 * search, so they are not included.
 */
export function fingerprint(model: BatcherModel): string {
  const { clients, lanes, isDraining } = model;
  const decoding = clients.items.filter(({ input }) => input === undefined);
  const queue = clients.items.filter(({ item }) => item.state === 'waiting').sort(byInput);
  const idle = lanes.filter(({ isIdle }) => isIdle).sort((a, b) => a.idleSince - b.idleSince);
  return [
    clients.items.length,
    isDraining,
    decoding.map((one) => leftMs(model, one)).sort(),
    queue.map((one) => `${leftMs(model, one)}/${waitedMs(model, one)}`),
    lanes.map((lane) => `${idle.indexOf(lane)} ${laneState(model, lane)}`).sort(),
  ].join(';');
}

/** Everything about an item that its future can depend on. */
export function lookOf(model: BatcherModel, one: ModelItem): string {
  const { item, batch } = one;
  if (item.state === 'settled') return 'settled';
  if (item.state === 'accepted') return leftMs(model, one);
  // Its place in the queue matters.
  return item.state === 'waiting' || batch === undefined
    ? `waiting ${one.input}`
    : `in ${one.input}`;
}

function leftMs({ clock }: BatcherModel, { item }: ModelItem): string {
  return item.state === 'settled' ? '-' : `${item.deadlineMs - clock.now()}`;
}

function waitedMs({ clock, limits }: BatcherModel, { item }: ModelItem): number {
  return Math.min(clock.now() - item.enteredMs, limits.maxQueueDelayMs);
}

/** The state of its breaker, and the progress of its batch. */
function laneState(model: BatcherModel, { batch, failuresInARow, expected }: ModelLane): string {
  const left = batch?.items.map((one) => leftMs(model, one));
  const runs = batch?.runs.map(({ items, ended }) => {
    return `${items.map((one) => batch.items.indexOf(one)).join('')}${ended ?? ''}`;
  });
  return `${expected} ${failuresInARow} ${left}:${runs}`;
}

function byInput(a: ModelItem, b: ModelItem): number {
  return (a.input ?? 0) - (b.input ?? 0);
}
