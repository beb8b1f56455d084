import type { BatchLane, LaneObserver, LaneState } from './batch-lane.js';
import type { Clock, Millis } from './clock.js';
import { LaneEndedError, LaneHungError } from './errors.js';
import type { LatencyCurve } from './latency-curve.js';
import type { Pace } from './pace.js';

/** Number of whole batches in a row that a lane fails before its breaker opens. */
const FAILURES_TO_OPEN = 3;
/** How often an open lane is probed. */
export const PROBE_INTERVAL_MS = 1000;
/** A run hangs after this multiple of its time on the curve, but not before the minimum time. */
const HUNG_TIMES_CURVE = 10;
const HUNG_MIN_MS = 5000;

/** A lane with a circuit breaker and a watchdog: it fails in bounded time, and is not used while it is broken. */
export class GuardedLane<I, O> implements BatchLane<I, O> {
  readonly index: number;
  /** When the current run is expected to end; if there is none, when the last run ended. */
  idleAtMs: Millis = 0;
  readonly #lane: BatchLane<I, O>;
  readonly #clock: Clock;
  readonly #curve: LatencyCurve;
  readonly #pace: Pace;
  readonly #observer: LaneObserver;
  #state: LaneState = 'serving';
  #ended: LaneEndedError | undefined;
  /** Rejects the current run, if there is one, before the lane itself answers. */
  #abort: (error: Error) => void = () => {};
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

  /** @throws {LaneHungError} {LaneEndedError} and the lane's own errors */
  run(inputs: readonly I[], paddedSize: number): Promise<readonly (O | Error)[]> {
    return this.#watched(paddedSize, () => this.#lane.run(inputs, paddedSize));
  }

  /** @throws {LaneHungError} {LaneEndedError} and the lane's own errors */
  warmUp(): Promise<void> {
    return this.#watched(1, () => this.#lane.warmUp());
  }

  /** Records a successful batch: an item of it may have been at fault, but the lane was not. */
  passed(): void {
    this.#failuresInARow = 0;
  }

  /** Records a whole batch that failed through the lane's fault. */
  failed(cause: Error): void {
    if (this.#ended) return;
    if (cause instanceof LaneHungError) this.#become('hung', cause);
    else if (++this.#failuresInARow >= FAILURES_TO_OPEN) this.#become('open', cause);
  }

  /** Called when the lane has ended for good: its current run fails at once, and so do all later ones. */
  end(cause: Error): void {
    this.#ended = new LaneEndedError('the lane has ended', { cause });
    this.#become('ended', this.#ended);
    this.#abort(this.#ended);
  }

  /** Probes the open lane until it serves again, and then calls `serves`; a lane that hangs never serves again. */
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
          else if (!this.#ended) this.recover(serves);
        },
      );
    });
  }

  #become(state: LaneState, cause?: Error): void {
    this.#state = state;
    this.#observer.laneChanged(this.index, state, cause);
  }

  #watched<T>(size: number, work: () => Promise<T>): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended);
    const startedMs = this.#clock.now();
    const usualMs = this.#curve.msOf(size);
    this.idleAtMs = startedMs + usualMs * Math.max(1, this.#pace.factor);
    return new Promise<T>((resolve, reject) => {
      this.#abort = reject;
      const callOff = this.#scheduleHung(Math.max(HUNG_MIN_MS, HUNG_TIMES_CURVE * usualMs), () =>
        reject(new LaneHungError(`no answer within ${HUNG_TIMES_CURVE} times the usual time`)),
      );
      const end = () => {
        callOff();
        this.idleAtMs = this.#clock.now();
        this.#observer.ran(this.index, this.idleAtMs - startedMs, size);
      };
      const pass = (result: T) => {
        // Without a curve nothing was expected, and what a hung lane returns says nothing about the others.
        if (usualMs > 0 && this.#state !== 'hung') {
          this.#pace.saw(usualMs, this.idleAtMs - startedMs);
        }
        resolve(result);
      };
      // An async function turns a synchronous exception into a rejection.
      (async () => work())().finally(end).then(pass, reject);
    });
  }

  /** Two timers: after a suspend of the machine only the first is over, and the second leaves time for the answer. */
  #scheduleHung(afterMs: Millis, hung: () => void): () => void {
    let callOff = this.#clock.schedule(afterMs / 2, () => {
      callOff = this.#clock.schedule(afterMs / 2, hung);
    });
    return () => callOff();
  }
}
