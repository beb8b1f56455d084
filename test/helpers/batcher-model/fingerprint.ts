import type { BatcherModel } from './batcher-model.js';
import type { ModelItem } from './model-item.js';
import type { ModelLane } from './model-lane.js';

/**
 * All of a model's past that its future can depend on, apart from which items and lanes go by which number: two
 * histories with the same fingerprint need not both be gone on with. Probes and hung lanes are too far in the future
 * for it.
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

/** All of an item that its future can depend on. */
export function lookOf(model: BatcherModel, one: ModelItem): string {
  const { item, batch } = one;
  if (item.state === 'settled') return 'settled';
  if (item.state === 'accepted') return leftMs(model, one);
  // Its place counts.
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

/** Its breaker, and what has become of its batch so far. */
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
