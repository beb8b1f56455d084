import type { AddressInfo } from 'node:net';
import pino from 'pino';
import type { Test } from 'tap';
import {
  type Batcher,
  type BatchLane,
  type CurvePoint,
  LatencyCurve,
} from '../../src/batcher/index.js';
import { DecodePool } from '../../src/decode/decode-pool.js';
import { type LaneImage, pixelsOf, type Scores } from '../../src/engine/index.js';
import { type Config, configSchema } from '../../src/server/config/config.js';
import { createApp } from '../../src/server/http/app.js';
import { createHttpServer } from '../../src/server/http/http-server.js';
import { watchLoopDelay } from '../../src/server/http/loop-delay.js';
import { readPage } from '../../src/server/http/read-page.js';
import { BrokenRequests } from '../../src/server/http/receive/broken-requests.js';
import { UploadBudget } from '../../src/server/http/receive/upload-budget.js';
import { RequestQueue } from '../../src/server/http/request-queue.js';
import { Lifecycle } from '../../src/server/lifecycle.js';
import type { ModelDescription } from '../../src/server/models/model-description.js';
import { createServedModel } from '../../src/server/models/served-model.js';
import { ServedModels } from '../../src/server/models/served-models.js';
import { systemClock } from '../../src/server/system-clock.js';
import { Metrics } from '../../src/server/telemetry/metrics.js';
import { RequestLog } from '../../src/server/telemetry/request-log.js';

export const LABELS = ['c1 red', 'c2 green', 'c3 blue, "sky"'];

/** The server's description of its model. */
export const DESCRIPTION: ModelDescription = {
  name: 'colours',
  input: { width: 8, height: 8 },
  labels: LABELS.length,
  provider: 'cpu',
  device: 'cpu',
  lanes: 1,
  batching: configSchema.parse({}).batching,
  latencyCurve: [{ batchSize: 1, ms: 2, imagesPerSecond: 500 }],
};

export type RunBatch = BatchLane<LaneImage, Scores>['run'];

/** A lane that needs no model: the confidences are the shares of red, green and blue in the first pixel. */
export const colourLane: RunBatch = async (images) => images.map(coloursOf);

function coloursOf(image: LaneImage): Scores {
  const rgb = [...pixelsOf(image).subarray(0, 3)];
  const sum = rgb.reduce((total, value) => total + value, 0);
  const all = Float32Array.from(rgb, (value) => value / sum);
  const order = [0, 1, 2].sort((a, b) => Number(rgb[b]) - Number(rgb[a]));
  return {
    confidence: Float32Array.from(order, (c) => Number(rgb[c]) / sum),
    labelIndex: Int32Array.from(order),
    ...(image instanceof Uint8Array ? {} : { all }),
  };
}

export interface ServeOptions {
  readonly lane?: RunBatch;
  readonly warmUp?: () => Promise<void>;
  readonly limits?: Partial<Config['batching']>;
  readonly server?: Partial<Config['server']>;
  readonly maxPixels?: number;
  readonly isWarm?: boolean;
  readonly nullBatcher?: () => Promise<Batcher<LaneImage, Scores>>;
  readonly curve?: readonly CurvePoint[];
}

/** The whole server, without the engine and the processes, on a free port of the loopback address. */
export async function serveApp(t: Test, options: ServeOptions = {}) {
  const { server: serverDefaults, batching } = configSchema.parse({});
  const limits = { ...batching, maxQueueDelayMs: 0, ...options.limits };
  const config = { ...serverDefaults, ...options.server };
  const lifecycle = new Lifecycle((isReady) => {
    lifecycle.processes = { ready: isReady ? 1 : 0, total: 1 };
  });
  const models = new ServedModels();
  const metrics = new Metrics([1, 2, 4]);
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const requestLog = new RequestLog(logger, systemClock);
  const uploads = new UploadBudget(config);
  const queue = new RequestQueue(systemClock, watchLoopDelay(systemClock));
  const app = createApp({
    clock: systemClock,
    lifecycle,
    models,
    metrics,
    readMetrics: () => metrics.registry.metrics(),
    requestLog,
    uploads,
    queue,
    maxPixels: options.maxPixels ?? 1e6,
    batching: () => limits,
    corsOrigins: config.corsOrigins,
    hasBenchmark: config.benchmark,
    page: config.page ? readPage() : undefined,
    nullBatcher: options.nullBatcher ?? (async () => batcher),
  });
  const decodePool = new DecodePool(1, { decoder: 'native', bodies: uploads.spare });
  const dependencies = {
    decodePool,
    lifecycle,
    metrics,
    logger,
    hung: () => lifecycle.end('lane_hung'),
  };
  const model = createServedModel(
    {
      name: DESCRIPTION.name,
      input: { width: 8, height: 8, resize: 'squash' },
      labels: LABELS,
      lanes: [{ run: options.lane ?? colourLane, warmUp: options.warmUp ?? (async () => {}) }],
      laneNames: ['0'],
      ...(options.curve ? { curve: new LatencyCurve(options.curve) } : {}),
      limits: () => limits,
      describe: () => DESCRIPTION,
    },
    dependencies,
  );
  const { batcher } = model;
  if (options.isWarm ?? true) {
    models.serve([model]);
    lifecycle.serve();
  }
  const server = createHttpServer(
    app,
    config,
    new BrokenRequests(requestLog, metrics),
    queue,
    () => limits,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(async () => {
    server.closeAllConnections();
    server.close();
    await decodePool.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  function classify(body: RequestInit['body'], init: RequestInit = {}, query = '') {
    return fetch(`${url}/api/classify${query}`, { method: 'POST', body: body ?? null, ...init });
  }
  return { url, port, classify, app, lifecycle, metrics, batcher, server, lines };
}
