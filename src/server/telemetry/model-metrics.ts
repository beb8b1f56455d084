import {
  type BatcherObserver,
  CancelledError,
  DeadlineExceededError,
  DISPATCH_REASONS,
  type DispatchReason,
  type LaneObserver,
  type Millis,
  type Settlement,
} from '../../batcher/index.js';
import type { Scores } from '../../engine/index.js';
import { PROBLEM_CODES, type ProblemCode } from '../problem/problem.js';
import { toProblem } from '../problem/to-problem.js';
import { bindEach } from './bind-each.js';
import type { CounterSeries } from './bound-series.js';
import { epochMs } from './epoch-ms.js';
import type { Metrics } from './metrics.js';

/** How an accepted item ended. Once nothing is in progress, `accepted` is the sum of all five. */
const OUTCOMES = ['ok', 'client_error', 'server_error', 'deadline', 'cancelled'] as const;
type Outcome = (typeof OUTCOMES)[number];

const STAGES = ['receive', 'decode', 'queue', 'infer', 'respond'] as const;

/** The runs of one batch size, and the seconds that they took. */
interface Runs {
  readonly runs: CounterSeries;
  readonly seconds: CounterSeries;
}

/** The metrics of one model, whose counts must add up. Its batcher and the routes report events to it. */
export class ModelMetrics implements Omit<BatcherObserver<Scores>, keyof LaneObserver> {
  readonly #model: string;
  readonly #all: Metrics;
  readonly #accepted;
  readonly #refused;
  readonly #settled;
  readonly #batches;
  readonly #batchSize;
  readonly #padding;
  readonly #stages;
  readonly #requestDuration;
  readonly #laneBusy = new Map<string, CounterSeries>();
  readonly #runs = new Map<number, Runs>();

  constructor(model: string, all: Metrics) {
    this.#model = model;
    this.#all = all;
    this.#accepted = all.accepted.bind({ model });
    this.#refused = bindEach(PROBLEM_CODES, (code) => all.refused.bind({ model, code }));
    this.#settled = bindEach(OUTCOMES, (outcome) => all.settled.bind({ model, outcome }));
    this.#batches = bindEach(DISPATCH_REASONS, (reason) => all.batches.bind({ model, reason }));
    this.#batchSize = all.batchSize.bind({ model });
    this.#padding = all.padding.bind({ model });
    this.#stages = bindEach(STAGES, (stage) => all.stages.bind({ model, stage }));
    this.#requestDuration = all.requestDuration.bind({ model });
    all.lastInferenceMs.set(model, 0);
  }

  accepted(count: number): void {
    this.#accepted.inc(count);
  }

  settled(ended: Settlement<Scores> | Error): void {
    this.#settled[outcomeOf(ended)].inc();
    if (ended instanceof Error) return;
    this.#all.lastInferenceMs.set(this.#model, epochMs(ended.finishedMs));
    this.stage('decode', ended.enteredMs - ended.acceptedMs);
    this.stage('queue', ended.dispatchedMs - ended.enteredMs);
    this.stage('infer', ended.finishedMs - ended.dispatchedMs);
  }

  dispatched(size: number, paddedSize: number, reason: DispatchReason): void {
    this.#batches[reason].inc();
    this.#batchSize.observe(size);
    this.#padding.inc(paddedSize - size);
  }

  ran(lane: string, ms: Millis, size: number): void {
    this.#laneBusyOf(lane).inc(ms / 1000);
    const { runs, seconds } = this.#runsOf(size);
    runs.inc();
    seconds.inc(ms / 1000);
  }

  /** The counters of a batch size, bound at its first run. */
  #runsOf(size: number): Runs {
    const known = this.#runs.get(size);
    if (known) return known;
    const labels = { model: this.#model, size };
    const { runs, runSeconds } = this.#all;
    const bound = { runs: runs.bind(labels), seconds: runSeconds.bind(labels) };
    this.#runs.set(size, bound);
    return bound;
  }

  laneServes(lane: string, serves: boolean): void {
    this.#laneBusyOf(lane);
    this.#all.laneServing.set({ model: this.#model, lane }, serves ? 1 : 0);
  }

  /** The counter of a lane, bound when the lane is first heard of. */
  #laneBusyOf(lane: string): CounterSeries {
    const known = this.#laneBusy.get(lane);
    if (known) return known;
    const bound = this.#all.laneBusy.bind({ model: this.#model, lane });
    this.#laneBusy.set(lane, bound);
    return bound;
  }

  /** Counts images that were refused. */
  refused(code: ProblemCode, count: number): void {
    this.#refused[code].inc(count);
  }

  /**
   * The time of an image in a stage; or that of a request before its images were accepted, or after the last of them
   * had its scores.
   */
  stage(stage: (typeof STAGES)[number], ms: Millis): void {
    this.#stages[stage].observe(ms / 1000);
  }

  /** The whole time of a request, until its answer was sent. */
  answered(ms: Millis): void {
    this.#requestDuration.observe(ms / 1000);
  }
}

function outcomeOf(ended: Settlement<Scores> | Error): Outcome {
  if (!(ended instanceof Error)) return 'ok';
  if (ended instanceof CancelledError) return 'cancelled';
  if (ended instanceof DeadlineExceededError) return 'deadline';
  const { code, status } = toProblem(ended);
  if (code === 'deadline_exceeded') return 'deadline';
  return status < 500 ? 'client_error' : 'server_error';
}
