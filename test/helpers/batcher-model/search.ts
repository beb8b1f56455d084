import type { BatchLimits } from '../../../src/batcher/index.js';
import { BatcherModel } from './batcher-model.js';
import { fingerprint, lookOf } from './fingerprint.js';
import type { Happening } from './happening.js';

/** A space that is small enough to be searched completely, or to a given depth. */
export interface Space {
  readonly items: number;
  readonly lanes: number;
  readonly timeoutMs: number;
  readonly limits: BatchLimits;
  /** Largest number of happenings from the start. */
  readonly depth: number;
}

export interface Found {
  readonly states: number;
  readonly transitions: number;
  /** Number of happenings from the start to the state that is farthest from it. */
  readonly depth: number;
}

/**
 * A breadth-first search: performs every happening in every state, and checks all invariants after each. A state is
 * reached again by replaying its history, because promises cannot be copied.
 */
export async function search(space: Space): Promise<Found> {
  const start = await relive(space, []);
  const seen = new Set([fingerprint(start)]);
  let level = [...happenings(space, start)].map((one) => [one]);
  let transitions = 0;
  let depth = 0;
  while (level.length > 0 && depth < space.depth) {
    const deeper: Happening[][] = [];
    for (const history of level) {
      const model = await relive(space, history);
      transitions++;
      const print = fingerprint(model);
      if (seen.has(print)) continue;
      seen.add(print);
      for (const one of happenings(space, model)) deeper.push([...history, one]);
    }
    level = deeper;
    depth++;
  }
  return { states: seen.size, transitions, depth };
}

async function relive(
  { limits, lanes }: Space,
  history: readonly Happening[],
): Promise<BatcherModel> {
  const model = new BatcherModel(limits, lanes);
  for (const one of history.slice(0, -1)) {
    const news = model.perform(one);
    if (news !== undefined) await news;
  }
  const [last] = history.slice(-1);
  if (!last) return model;
  try {
    await model.apply(last);
  } catch (cause) {
    throw new Error(`after ${JSON.stringify(history)}: ${cause}`, { cause });
  }
  return model;
}

/** All possible next happenings, without those that are equivalent for another item or lane. */
function* happenings(space: Space, model: BatcherModel): Generator<Happening> {
  const { clients, lanes, isDraining } = model;
  if (clients.items.length < space.items) {
    yield { kind: 'accept', natures: ['well'], timeoutMs: space.timeoutMs };
  }
  if (!isDraining) yield { kind: 'drain' };
  yield { kind: 'advance', ms: 1 };
  const done = new Set<string>();
  const isNew = (look: string) => !done.has(look) && done.add(look);
  let decoding = 0;
  for (const [item, one] of clients.items.entries()) {
    const look = lookOf(model, one);
    if (isNew(`cancel ${look}`)) yield { kind: 'cancel', item };
    if (one.input === undefined && isNew(`enqueue ${look}`))
      yield { kind: 'enqueue', item: decoding };
    if (one.input === undefined) decoding++;
  }
  for (const lane of lanes) {
    if (!lane.current) continue;
    yield { kind: 'finish', lane: lane.index };
    yield { kind: 'fail', lane: lane.index };
  }
}
