import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { DecoderName } from '../../decode/index.js';
import { runtimeVersion } from '../../native/index.js';
import { PROBLEM_CODES, type ProblemCode } from '../problem/problem.js';
import { programVersion } from '../program-version.js';
import { bindEach } from './bind-each.js';
import { BoundCounter, BoundHistogram } from './bound-series.js';

/** In milliseconds, with a fine resolution in the range of batch windows. */
const BUCKETS_MS = [
  0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15, 20, 30, 50, 75, 100, 150, 250, 500, 1000, 2500, 5000,
  10_000,
];

const DECODERS: readonly (DecoderName | 'gpu')[] = ['gpu', 'native', 'native-fallback', 'jpeg-js'];

/** Why a request is refused before its model is known: the main thread has too much to do. */
const EARLY_CODES = ['overloaded', 'deadline_exceeded'] as const;
export type EarlyCode = (typeof EARLY_CODES)[number];

/** Gauges of prom-client whose names end like that of a counter; each is the sum of a metric without the ending. */
const MISNAMED = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

/** Values that are read when the metrics are scraped. */
export interface Gauges {
  readonly undispatched: number;
  readonly unsettled: number;
}

/** The metrics of this process for GET /metrics; each model counts through its ModelMetrics. */
export class Metrics {
  readonly registry = new Registry();
  readonly accepted = this.#counter('items_accepted_total', 'Images accepted.');
  readonly refused = this.#counter('items_refused_total', 'Images refused, by error code.', 'code');
  readonly settled = this.#counter(
    'items_settled_total',
    'Accepted images that have ended, by outcome: ok, client_error, server_error, deadline, cancelled.',
    'outcome',
  );
  readonly batches = this.#counter('batches_total', 'Batches dispatched, by reason.', 'reason');
  readonly padding = this.#counter('padding_total', 'Rows of padding that lanes have run.');
  readonly laneBusy = this.#counter(
    'lane_busy_seconds_total',
    'Seconds that a lane was running.',
    'lane',
  );
  readonly runs = this.#counter(
    'runs_total',
    'Runs of lanes, by batch size including padding.',
    'size',
  );
  readonly runSeconds = this.#counter(
    'run_seconds_total',
    'Seconds that lanes were running, by batch size including padding.',
    'size',
  );
  /** When an image of each model was last scored, in milliseconds since 1970; 0 if none was. */
  readonly lastInferenceMs = new Map<string, number>();
  readonly laneServing = new Gauge({
    name: 'batch_dispatch_lane_serving',
    help: '1 while the lane serves; 0 while its breaker is open or it hangs.',
    labelNames: ['model', 'lane'],
    registers: [this.registry],
  });
  readonly stages = new BoundHistogram({
    name: 'batch_dispatch_stage_seconds',
    help: 'Seconds of an image in each stage; for receive and respond, seconds of a request.',
    labelNames: ['model', 'stage'],
    buckets: BUCKETS_MS.map((ms) => ms / 1000),
    registers: [this.registry],
  });
  readonly requestDuration = new BoundHistogram({
    name: 'batch_dispatch_request_duration_seconds',
    help: 'Seconds from when a request with images could first be read until its answer was sent, if its code is ok.',
    labelNames: ['model'],
    buckets: BUCKETS_MS.map((ms) => ms / 1000),
    registers: [this.registry],
  });
  readonly logLinesDropped = new Counter({
    name: 'batch_dispatch_log_lines_dropped_total',
    help: 'Log lines that could not be written.',
    registers: [this.registry],
  });
  readonly connectionsClosed = new Counter({
    name: 'batch_dispatch_connections_closed_total',
    help: 'Connections closed because there were more than maxConnections, by reason: idle (it was idle longest), full (no connection was idle).',
    labelNames: ['reason'],
    registers: [this.registry],
  });
  readonly batchSize: BoundHistogram<'model'>;
  readonly #requestCodes = new BoundCounter({
    name: 'batch_dispatch_requests_total',
    help: 'Requests, by result: ok, client_gone, or the error code.',
    labelNames: ['code'],
    registers: [this.registry],
  });
  readonly #decoders = new BoundCounter({
    name: 'batch_dispatch_images_decoded_total',
    help: 'Images decoded, or found undecodable, by decoder: gpu, native, native-fallback, jpeg-js.',
    labelNames: ['decoder'],
    registers: [this.registry],
  });
  readonly #requests = bindEach(['ok', 'client_gone', ...PROBLEM_CODES], (code) =>
    this.#requestCodes.bind({ code }),
  );
  /** Images of requests that were refused before their model was known. */
  readonly #refusedEarly = bindEach(EARLY_CODES, (code) => this.refused.bind({ model: '', code }));
  readonly #decoded = bindEach(DECODERS, (decoder) => this.#decoders.bind({ decoder }));
  readonly #gauges = new Map<string, Gauges>();

  /** @param batchSizes buckets of the batch size, rising */
  constructor(batchSizes: readonly number[]) {
    collectDefaultMetrics({ register: this.registry });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
    const versions = {
      version: programVersion(),
      node: process.versions.node,
      onnxruntime: runtimeVersion(),
    };
    new Gauge({
      name: 'batch_dispatch_build_info',
      help: 'Always 1; its labels are the versions of the server, of Node.js and of ONNX Runtime.',
      labelNames: Object.keys(versions),
      registers: [this.registry],
      aggregator: 'first',
    }).set(versions, 1);
    for (const reason of ['idle', 'full']) this.connectionsClosed.inc({ reason }, 0);
    this.batchSize = new BoundHistogram({
      name: 'batch_dispatch_batch_size',
      help: 'Images in a batch, without padding.',
      labelNames: ['model'],
      buckets: [...batchSizes],
      registers: [this.registry],
    });
    const { lastInferenceMs } = this;
    new Gauge({
      name: 'batch_dispatch_last_inference_timestamp_seconds',
      help: 'When an image was last scored, in seconds since 1970; 0 if none was.',
      labelNames: ['model'],
      registers: [this.registry],
      aggregator: 'max',
      collect() {
        for (const [model, ms] of lastInferenceMs) this.set({ model }, ms / 1000);
      },
    });
    this.#gauge('items_in_queue', 'Images accepted and not yet dispatched.', 'undispatched');
    this.#gauge('items_in_progress', 'Images accepted and not yet settled.', 'unsettled');
  }

  /** Sets the source of a model's gauges. */
  watch(model: string, gauges: Gauges): void {
    this.#gauges.set(model, gauges);
  }

  /** Counts a finished request. */
  request(code: 'ok' | 'client_gone' | ProblemCode): void {
    this.#requests[code].inc();
  }

  /** Counts a request that is refused before its body is read, as one image. */
  refusedEarly(code: EarlyCode): void {
    this.request(code);
    this.#refusedEarly[code].inc();
  }

  /** Counts an image by the decoder whose result is final. */
  decoded(decoder: DecoderName | 'gpu'): void {
    this.#decoded[decoder].inc();
  }

  #counter<L extends string = never>(
    name: string,
    help: string,
    label?: L,
  ): BoundCounter<'model' | L> {
    return new BoundCounter<'model' | L>({
      name: `batch_dispatch_${name}`,
      help,
      labelNames: label === undefined ? ['model'] : ['model', label],
      registers: [this.registry],
    });
  }

  #gauge(name: string, help: string, value: keyof Gauges): void {
    const gauges = this.#gauges;
    new Gauge({
      name: `batch_dispatch_${name}`,
      help,
      labelNames: ['model'],
      registers: [this.registry],
      collect() {
        for (const [model, of] of gauges) this.set({ model }, of[value]);
      },
    });
  }
}
