import type { BatchLane, LaneObserver, LaneState } from './batch-lane.js';
import type { Clock, Millis } from './clock.js';
import { LaneEndedError, LaneHungError } from './errors.js';
import type { LatencyCurve } from './latency-curve.js';

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
  /** When the current run will end, according to the curve; if there is none, when the last run ended. */
  idleAtMs: Millis = 0;
  readonly #lane: BatchLane<I, O>;
  readonly #clock: Clock;
  readonly #curve: LatencyCurve;
  readonly #observer: LaneObserver;
  #state: LaneState = 'serving';
  #ended: LaneEndedError | undefined;
  /** Ends the current run, if there is one, before the lane does. */
  #abort: (error: Error) => void = () => {};
  #failuresInARow = 0;

  constructor(
    index: number,
    lane: BatchLane<I, O>,
    clock: Clock,
    curve: LatencyCurve,
    observer: LaneObserver,
  ) {
    this.index = index;
    this.#lane = lane;
    this.#clock = clock;
    this.#curve = curve;
    this.#observer = observer;
  }

  get state(): LaneState {
    return this.#state;
  }

  /** @throws {LaneHungError} {LaneEndedError} and what the lane throws */
  run(inputs: readonly I[], paddedSize: number): Promise<readonly (O | Error)[]> {
    return this.#watched(paddedSize, () => this.#lane.run(inputs, paddedSize));
  }

  /** @throws {LaneHungError} {LaneEndedError} and what the lane throws */
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

  /** It never answers again: what it runs fails at once, and so does what it is given later. */
  end(cause: Error): void {
    this.#ended = new LaneEndedError('the lane has ended', { cause });
    this.#become('ended', this.#ended);
    this.#abort(this.#ended);
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
    this.idleAtMs = startedMs + usualMs;
    return new Promise<T>((resolve, reject) => {
      this.#abort = reject;
      const callOff = this.#scheduleHung(Math.max(HUNG_MIN_MS, HUNG_TIMES_CURVE * usualMs), () =>
        reject(new LaneHungError(`no answer within ${HUNG_TIMES_CURVE} times the usual time`)),
      );
      const end = () => {
        callOff();
        this.idleAtMs = this.#clock.now();
        this.#observer.ran(this.index, this.idleAtMs - startedMs);
      };
      // An async function turns a synchronous exception into a rejection.
      (async () => work())().finally(end).then(resolve, reject);
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
