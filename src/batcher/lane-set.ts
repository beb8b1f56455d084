import type { BatchLane, LaneObserver } from './batch-lane.js';
import type { Clock, Millis } from './clock.js';
import { GuardedLane } from './guarded-lane.js';
import type { Item } from './item.js';
import type { LatencyCurve } from './latency-curve.js';
import { Pace } from './pace.js';
import { runIsolated, type Settle } from './run-isolated.js';

/** The lanes, and which of them are idle. */
export class LaneSet<I, O> {
  readonly #lanes: readonly GuardedLane<I, O>[];
  /** Idle lanes; the one that has been idle longest is first. */
  #idle: GuardedLane<I, O>[];
  readonly #pace = new Pace();
  readonly #changed: () => void;

  /** @param changed called when a lane that was open serves again, and when one has ended */
  constructor(
    lanes: readonly BatchLane<I, O>[],
    clock: Clock,
    curve: LatencyCurve,
    observer: LaneObserver,
    changed: () => void,
  ) {
    this.#lanes = lanes.map(
      (lane, i) => new GuardedLane(i, lane, clock, curve, this.#pace, observer),
    );
    this.#idle = [...this.#lanes];
    this.#changed = changed;
    for (const [i, { ended }] of lanes.entries()) {
      void ended?.then((cause) => this.#end(this.#lanes[i] as GuardedLane<I, O>, cause));
    }
  }

  get hasIdle(): boolean {
    return this.#idle.length > 0;
  }

  /** Number of serving lanes, idle or busy. */
  get serving(): number {
    let count = 0;
    for (const { state } of this.#lanes) if (state === 'serving') count++;
    return count;
  }

  /** How many times the curve's time a run may take under the present load. */
  get slowdown(): number {
    return Math.max(1, this.#pace.safeFactor);
  }

  /** When the first serving lane is expected to be idle: in the past if one is idle now, infinite if none serves. */
  get nextIdleMs(): Millis {
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { state, idleAtMs } of this.#lanes) {
      if (state === 'serving') firstMs = Math.min(firstMs, idleAtMs);
    }
    return firstMs;
  }

  /**
   * Runs a batch on the lane that has been idle longest; at least one must be idle. When this resolves, every item
   * has its outcome, and the lane is idle again or broken.
   *
   * @returns false if the lane hangs: it may still read the inputs
   */
  async run(
    batch: readonly Item<I, O>[],
    padUp: (size: number) => number,
    settle: Settle<I, O>,
  ): Promise<boolean> {
    const lane = this.#idle.shift();
    if (lane === undefined) throw new Error('no lane is idle. This is a bug.');
    try {
      await runIsolated(lane, batch, padUp, settle);
      lane.passed();
    } catch (error) {
      lane.failed(error as Error);
      for (const item of batch) if (item.state !== 'settled') settle(item, error as Error);
    }
    this.#giveBack(lane);
    return lane.state !== 'hung';
  }

  /** Makes the lane idle again, or probes it until it serves again if its breaker is open. */
  #giveBack(lane: GuardedLane<I, O>): void {
    if (lane.state === 'serving') this.#idle.push(lane);
    if (lane.state !== 'open') return;
    lane.recover(() => {
      this.#idle.push(lane);
      this.#changed();
    });
  }

  #end(lane: GuardedLane<I, O>, cause: Error): void {
    lane.end(cause);
    this.#idle = this.#idle.filter((one) => one !== lane);
    this.#changed();
  }
}
