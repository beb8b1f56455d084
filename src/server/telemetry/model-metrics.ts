import type { Counter } from 'prom-client';
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
import type { ProblemCode } from '../problem/problem.js';
import { toProblem } from '../problem/to-problem.js';
import type { Metrics } from './metrics.js';

/** How an accepted item ended. Once nothing is in progress, `accepted` is the sum of all five. */
const OUTCOMES = ['ok', 'client_error', 'server_error', 'deadline', 'cancelled'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** The runs of one batch size, and the seconds that they took. */
interface BoundRuns {
  readonly runs: Counter.Internal;
  readonly seconds: Counter.Internal;
}

/** When this process's clock was 0, in milliseconds since 1970. */
const { timeOrigin } = performance;

/** The metrics of one model, whose counts must add up. Its batcher and the routes report events to it. */
export class ModelMetrics implements Omit<BatcherObserver<Scores>, keyof LaneObserver> {
  readonly #model: string;
  readonly #all: Metrics;
  // Bound once, because finding a series by its labels costs more than counting.
  readonly #accepted;
  readonly #batchSize;
  readonly #padding;
  readonly #decode;
  readonly #queue;
  readonly #infer;
  readonly #runs = new Map<number, BoundRuns>();

  constructor(model: string, all: Metrics) {
    this.#model = model;
    this.#all = all;
    this.#accepted = all.accepted.labels({ model });
    this.#batchSize = all.batchSize.labels({ model });
    this.#padding = all.padding.labels({ model });
    this.#decode = all.stages.labels({ model, stage: 'decode' });
    this.#queue = all.stages.labels({ model, stage: 'queue' });
    this.#infer = all.stages.labels({ model, stage: 'infer' });
    // Every series exists from the start, so that a rate can be computed.
    this.#accepted.inc(0);
    this.#padding.inc(0);
    all.lastInferenceMs.set(model, 0);
    for (const outcome of OUTCOMES) all.settled.inc({ model, outcome }, 0);
    for (const reason of DISPATCH_REASONS) all.batches.inc({ model, reason }, 0);
  }

  accepted(count: number): void {
    this.#accepted.inc(count);
  }

  settled(ended: Settlement<Scores> | Error): void {
    this.#all.settled.inc({ model: this.#model, outcome: outcomeOf(ended) });
    if (ended instanceof Error) return;
    this.#all.lastInferenceMs.set(this.#model, timeOrigin + ended.finishedMs);
    this.#decode.observe((ended.enteredMs - ended.acceptedMs) / 1000);
    this.#queue.observe((ended.dispatchedMs - ended.enteredMs) / 1000);
    this.#infer.observe((ended.finishedMs - ended.dispatchedMs) / 1000);
  }

  dispatched(size: number, paddedSize: number, reason: DispatchReason): void {
    this.#all.batches.inc({ model: this.#model, reason });
    this.#batchSize.observe(size);
    this.#padding.inc(paddedSize - size);
  }

  ran(lane: string, ms: Millis, size: number): void {
    const model = this.#model;
    this.#all.laneBusy.inc({ model, lane }, ms / 1000);
    const ofSize = this.#runsOf(size);
    ofSize.runs.inc();
    ofSize.seconds.inc(ms / 1000);
  }

  /** The counters of a batch size, bound at its first run. */
  #runsOf(size: number) {
    const known = this.#runs.get(size);
    if (known) return known;
    const labels = { model: this.#model, size };
    const { runs, runSeconds } = this.#all;
    const bound = { runs: runs.labels(labels), seconds: runSeconds.labels(labels) };
    this.#runs.set(size, bound);
    return bound;
  }

  laneServes(lane: string, serves: boolean): void {
    this.#all.laneServing.set({ model: this.#model, lane }, serves ? 1 : 0);
  }

  /** Counts images that were refused. */
  refused(code: ProblemCode, count: number): void {
    this.#all.refused.inc({ model: this.#model, code }, count);
  }

  /** The time of a request before its images were accepted, or after the last of them had its scores. */
  stage(stage: 'receive' | 'respond', ms: Millis): void {
    this.#all.stages.observe({ model: this.#model, stage }, ms / 1000);
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
