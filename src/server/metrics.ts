import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import {
  type BatcherObserver,
  CancelledError,
  DeadlineExceededError,
  DISPATCH_REASONS,
  type LaneObserver,
  type DispatchReason,
  type Millis,
  type Settlement,
} from '../batcher/index.js';
import type { Scores } from '../engine/index.js';
import type { ProblemCode } from './respond/problem.js';
import { toProblem } from './respond/to-problem.js';

/** How an accepted item ended. `accepted` is the sum of all five once nothing is in progress. */
const OUTCOMES = ['ok', 'client_error', 'server_error', 'deadline', 'cancelled'] as const;
type Outcome = (typeof OUTCOMES)[number];
export type Stage = 'receive' | 'decode' | 'queue' | 'infer' | 'respond';

/** Milliseconds; fine where a batch window lies. */
const STAGE_BUCKETS_MS = [
  0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 150, 250, 500, 1000, 2500, 5000,
  10_000,
];

/** The state that is asked for when somebody looks. */
export interface Gauges {
  readonly undispatched: number;
  readonly unsettled: number;
}

/** What GET /metrics tells, and the books that must balance. Listens to the batcher and to the routes. */
export class Metrics implements Omit<BatcherObserver<Scores>, keyof LaneObserver> {
  readonly registry = new Registry();
  /** Set once there is a batcher. */
  gauges: Gauges = { undispatched: 0, unsettled: 0 };
  readonly #accepted = this.#counter('items_accepted_total', 'Images accepted.');
  readonly #refusals = this.#counter(
    'items_refused_total',
    'Images refused, by code of the error.',
    'code',
  );
  readonly #outcomes = this.#counter(
    'items_settled_total',
    'Accepted images that have ended, by how: ok, client_error, server_error, deadline, cancelled.',
    'outcome',
  );
  readonly #requests = this.#counter(
    'requests_total',
    'Requests, by code: ok, client_gone, or that of the error.',
    'code',
  );
  readonly #batches = this.#counter('batches_total', 'Batches dispatched, by reason.', 'reason');
  readonly #padding = this.#counter('padding_total', 'Rows of padding that lanes have run.');
  readonly #busy = this.#counter('lane_busy_seconds_total', 'Seconds that a lane ran.', 'lane');
  readonly #serving = new Gauge({
    name: 'batch_dispatch_lane_serving',
    help: '1 while the lane serves, 0 while its breaker is open or it hangs.',
    labelNames: ['lane'],
    registers: [this.registry],
  });
  readonly #stages = new Histogram({
    name: 'batch_dispatch_stage_seconds',
    help: 'Seconds of an image in each stage; of a request in receive and respond.',
    labelNames: ['stage'],
    buckets: STAGE_BUCKETS_MS.map((ms) => ms / 1000),
    registers: [this.registry],
  });
  readonly #batchSize: Histogram;

  /** @param batchSizes buckets of the batch size, rising */
  constructor(batchSizes: readonly number[]) {
    collectDefaultMetrics({ register: this.registry });
    this.#batchSize = new Histogram({
      name: 'batch_dispatch_batch_size',
      help: 'Images in a batch, padding not counted.',
      buckets: [...batchSizes],
      registers: [this.registry],
    });
    // From the start, so that a rate can be taken of what has not happened yet.
    for (const outcome of OUTCOMES) this.#outcomes.inc({ outcome }, 0);
    for (const reason of DISPATCH_REASONS) this.#batches.inc({ reason }, 0);
    this.#gauge('items_in_queue', 'Images accepted and not yet dispatched.', 'undispatched');
    this.#gauge('items_in_progress', 'Images accepted and not yet settled.', 'unsettled');
  }

  accepted(count: number): void {
    this.#accepted.inc(count);
  }

  settled(ended: Settlement<Scores> | Error): void {
    this.#outcomes.inc({ outcome: outcomeOf(ended) });
    if (ended instanceof Error) return;
    this.stage('decode', ended.enteredMs - ended.acceptedMs);
    this.stage('queue', ended.dispatchedMs - ended.enteredMs);
    this.stage('infer', ended.finishedMs - ended.dispatchedMs);
  }

  dispatched(size: number, paddedSize: number, reason: DispatchReason): void {
    this.#batches.inc({ reason });
    this.#batchSize.observe(size);
    this.#padding.inc(paddedSize - size);
  }

  ran(lane: string, ms: Millis): void {
    this.#busy.inc({ lane }, ms / 1000);
  }

  laneServes(lane: string, serves: boolean): void {
    this.#serving.set({ lane }, serves ? 1 : 0);
  }

  /** Images that were not accepted. */
  refused(code: ProblemCode, count: number): void {
    this.#refusals.inc({ code }, count);
  }

  /** A request has ended. */
  request(code: 'ok' | 'client_gone' | ProblemCode): void {
    this.#requests.inc({ code });
  }

  stage(stage: Stage, ms: Millis): void {
    this.#stages.observe({ stage }, ms / 1000);
  }

  #counter<L extends string>(name: string, help: string, label?: L): Counter<L> {
    const labelNames = label === undefined ? [] : [label];
    return new Counter<L>({
      name: `batch_dispatch_${name}`,
      help,
      labelNames,
      registers: [this.registry],
    });
  }

  #gauge(name: string, help: string, value: keyof Gauges): void {
    const read = () => this.gauges[value];
    new Gauge({
      name: `batch_dispatch_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
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
