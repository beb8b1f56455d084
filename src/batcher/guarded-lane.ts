import type { BatchLane, LaneObserver, LaneState } from './batch-lane.js';
import type { Clock, Millis } from './clock.js';
import { LaneHungError } from './errors.js';
import type { LatencyCurve } from './latency-curve.js';
import type { Pace } from './pace.js';

/** Whole batches in a row that a lane fails before its breaker opens. */
const FAILURES_TO_OPEN = 3;
/** How often an open lane is tried. */
export const PROBE_INTERVAL_MS = 1000;
/** A run is hung after this many times its curve, and not before the least time. */
const HUNG_TIMES_CURVE = 10;
const HUNG_MIN_MS = 5000;

/** A lane with its breaker and its watchdog: it fails in bounded time, and is not used while it is broken. */
export class GuardedLane<I, O> implements BatchLane<I, O> {
  readonly index: number;
  /** When the current run is expected to end; when the last one ended, if there is none. */
  idleAtMs: Millis = 0;
  readonly #lane: BatchLane<I, O>;
  readonly #clock: Clock;
  readonly #curve: LatencyCurve;
  readonly #pace: Pace;
  readonly #observer: LaneObserver;
  #state: LaneState = 'serving';
  #failuresInARow = 0;

  /** @param pace of the lanes of this device, which each run is added to */
  constructor(
    index: number,
    lane: BatchLane<I, O>,
    clock: Clock,
    curve: LatencyCurve,
    pace: Pace,
    observer: LaneObserver,
  ) {
    this.index = index;
    this.#lane = lane;
    this.#clock = clock;
    this.#curve = curve;
    this.#pace = pace;
    this.#observer = observer;
  }

  get state(): LaneState {
    return this.#state;
  }

  /** @throws {LaneHungError} and what the lane throws */
  run(inputs: readonly I[], paddedSize: number): Promise<readonly (O | Error)[]> {
    return this.#watched(paddedSize, () => this.#lane.run(inputs, paddedSize));
  }

  /** @throws {LaneHungError} and what the lane throws */
  warmUp(): Promise<void> {
    return this.#watched(1, () => this.#lane.warmUp());
  }

  /** A batch has been run through; somebody in it may have been guilty, the lane was not. */
  passed(): void {
    this.#failuresInARow = 0;
  }

  /** A whole batch has failed through the lane's fault. */
  failed(cause: Error): void {
    if (cause instanceof LaneHungError) this.#become('hung', cause);
    else if (++this.#failuresInARow >= FAILURES_TO_OPEN) this.#become('open', cause);
  }

  /** Tries the open lane until it serves again, and says so; one that hangs never will. */
  recover(serves: () => void): void {
    this.#clock.schedule(PROBE_INTERVAL_MS, () => {
      this.warmUp().then(
        () => {
          this.#failuresInARow = 0;
          this.#become('serving');
          serves();
        },
        (cause: Error) => {
          if (cause instanceof LaneHungError) this.#become('hung', cause);
          else this.recover(serves);
        },
      );
    });
  }

  #become(state: LaneState, cause?: Error): void {
    this.#state = state;
    this.#observer.laneChanged(this.index, state, cause);
  }

  #watched<T>(size: number, work: () => Promise<T>): Promise<T> {
    const startedMs = this.#clock.now();
    const usualMs = this.#curve.msOf(size);
    this.idleAtMs = startedMs + usualMs * Math.max(1, this.#pace.factor);
    return new Promise<T>((resolve, reject) => {
      const callOff = this.#scheduleHung(Math.max(HUNG_MIN_MS, HUNG_TIMES_CURVE * usualMs), () =>
        reject(new LaneHungError(`no answer in ${HUNG_TIMES_CURVE} times its usual time`)),
      );
      const end = () => {
        callOff();
        this.idleAtMs = this.#clock.now();
        this.#observer.ran(this.index, this.idleAtMs - startedMs);
      };
      const pass = (result: T) => {
        // Without a curve nothing was expected.
        if (usualMs > 0) this.#pace.saw(usualMs, this.idleAtMs - startedMs);
        resolve(result);
      };
      // In an async function, so that what is thrown at once is a rejection too.
      (async () => work())().finally(end).then(pass, reject);
    });
  }

  /** In two halves: a machine that was suspended finds the first over, and the answer has the second to arrive. */
  #scheduleHung(afterMs: Millis, hung: () => void): () => void {
    let callOff = this.#clock.schedule(afterMs / 2, () => {
      callOff = this.#clock.schedule(afterMs / 2, hung);
    });
    return () => callOff();
  }
}
