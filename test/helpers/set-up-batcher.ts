import {
  Batcher,
  type BatcherObserver,
  type BatchLimits,
  type Item,
  LatencyCurve,
} from '../../src/batcher/index.js';
import { ManualClock } from './manual-clock.js';
import { PuppetLane } from './puppet-lane.js';

/** A deadline that no test reaches. */
export const FAR = 1e9;

const LIMITS: BatchLimits = {
  maxBatchSize: 4,
  maxQueueDelayMs: 10,
  allowedBatchSizes: [],
  maxQueueSize: 8,
};

/** Adds the default limits of the tests. */
export function limitsOf(limits: Partial<BatchLimits>): BatchLimits {
  return { ...LIMITS, ...limits };
}

export type Points = readonly [batchSize: number, ms: number][];

export function curveOf(points: Points): LatencyCurve {
  return new LatencyCurve(points.map(([batchSize, ms]) => ({ batchSize, ms })));
}

/** A batcher on virtual time with puppet lanes, and a record of its events. */
export function setUp(limits: Partial<BatchLimits> = {}, laneCount = 1, points: Points = []) {
  const clock = new ManualClock();
  const lanes = Array.from({ length: laneCount }, () => new PuppetLane<string>());
  /** Inputs in the order in which they were released. */
  const released: string[] = [];
  /** The observer's events, one line each. */
  const told: string[] = [];
  const observer: BatcherObserver<string> = {
    accepted: (count) => told.push(`accepted ${count}`),
    settled: (ended) => told.push(ended instanceof Error ? ended.name : `ok ${ended.output}`),
    dispatched: (size, padded, reason) => told.push(`dispatched ${size}/${padded} ${reason}`),
    ran: (lane, ms) => told.push(`lane ${lane} ran ${ms} ms`),
    laneChanged: (lane, state, cause) =>
      told.push(`lane ${lane} ${state}${cause ? `: ${cause.name}` : ''}`),
  };
  const batcher = new Batcher<string, string>({
    clock,
    limits: limitsOf(limits),
    lanes,
    curve: curveOf(points),
    observer,
    release: (input) => released.push(input),
  });

  function accept(deadlineMs = FAR): Item<string, string> {
    const [item] = batcher.accept(1, deadlineMs);
    if (!item) throw new Error('no item');
    return item;
  }

  function submit(input: string, deadlineMs = FAR): Item<string, string> {
    const item = accept(deadlineMs);
    batcher.enqueue(item, input);
    return item;
  }

  const lane = lanes[0] as PuppetLane<string>;
  return { clock, lanes, lane, batcher, released, told, accept, submit };
}

/** How an item ended: its output, or the name of its error. */
export function endOf(item: Item<string, string>): Promise<string> {
  return item.settled.then(
    ({ output }) => output,
    (error: Error) => error.name,
  );
}

export function endsOf(items: readonly Item<string, string>[]): Promise<string[]> {
  return Promise.all(items.map(endOf));
}
