import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { type BatchLane, LatencyCurve } from '../src/batcher/index.js';
import { DecodePool } from '../src/decode/index.js';
import type { Scores } from '../src/engine/index.js';
import { configSchema } from '../src/server/config/config.js';
import { createApp } from '../src/server/http/app.js';
import { createHttpServer } from '../src/server/http/http-server.js';
import { BrokenRequests } from '../src/server/http/receive/broken-requests.js';
import { UploadBudget } from '../src/server/http/receive/upload-budget.js';
import { Lifecycle } from '../src/server/lifecycle.js';
import { createServedModel } from '../src/server/models/served-model.js';
import { ServedModels } from '../src/server/models/served-models.js';
import { Problem } from '../src/server/problem/problem.js';
import { systemClock } from '../src/server/system-clock.js';
import { Metrics } from '../src/server/telemetry/metrics.js';
import { RequestLog } from '../src/server/telemetry/request-log.js';
import type { EngineSetup, FromServer, ToServer } from './overload/messages.js';
import { ServerMeter } from './overload/server-meter.js';

// The server as src/server/main.ts builds it, around a lane that only waits. bench:overload runs this in its own
// process.

const SCORES: Scores = {
  confidence: Float32Array.of(0.5, 0.2, 0.15, 0.1, 0.05),
  labelIndex: Int32Array.of(0, 1, 2, 3, 4),
};
const LABELS = ['one', 'two', 'three', 'four', 'five'];

function fakeLane(batchMs: number): BatchLane<Uint8Array, Scores> {
  return {
    run: (images) =>
      new Promise((resolve) => {
        setTimeout(() => resolve(images.map(() => SCORES)), batchMs);
      }),
    warmUp: async () => {},
  };
}

function tell(message: FromServer): void {
  process.send?.(message);
}

async function serve(setup: EngineSetup): Promise<void> {
  const { maxBatchSize, batchMs, maxQueueDelayMs, maxQueueSize, decodeThreads } = setup;
  const { server: serverConfig, batching, decode } = configSchema.parse({});
  const logFile = pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 1000 });
  const logger = pino({ level: serverConfig.logLevel, base: { pid: process.pid } }, logFile);
  const lifecycle = new Lifecycle();
  const models = new ServedModels();
  const metrics = new Metrics([1, 2, 4, 8]);
  const requestLog = new RequestLog(logger, systemClock);
  const app = createApp({
    clock: systemClock,
    lifecycle,
    models,
    metrics,
    readMetrics: () => metrics.registry.metrics(),
    requestLog,
    uploads: new UploadBudget(serverConfig),
    maxPixels: decode.maxPixels,
    batching: () => batching,
    corsOrigins: [],
    hasBenchmark: true,
    nullBatcher: async () => model.batcher,
  });
  const model = createServedModel(
    {
      name: 'fake',
      input: { width: 224, height: 224, resize: 'squash' },
      labels: LABELS,
      lanes: [fakeLane(batchMs)],
      laneNames: ['0'],
      curve: new LatencyCurve([
        { batchSize: 1, ms: batchMs },
        { batchSize: maxBatchSize, ms: batchMs },
      ]),
      limits: () => ({ ...batching, maxBatchSize, maxQueueDelayMs, maxQueueSize }),
      describe: () => {
        throw new Problem('model_not_found');
      },
    },
    {
      decodePool: new DecodePool(decodeThreads, { decoder: 'native' }),
      lifecycle,
      metrics,
      logger,
      hung: () => process.exit(1),
    },
  );
  models.serve([model]);
  lifecycle.serve();
  const server = createHttpServer(
    app,
    { ...serverConfig, maxConnections: 65_536 },
    new BrokenRequests(requestLog, metrics),
  );
  const meter = new ServerMeter(server);
  process.on('message', (message: ToServer) => {
    if (message.kind === 'end') {
      tell({ kind: 'measured', ...meter.end() });
    } else {
      meter.begin();
      tell({ kind: 'begun' });
    }
  });
  // Exits in an orderly way with bench:overload, so that `node --cpu-prof dist/bench/overload.js` profiles it too.
  process.once('disconnect', () => process.exit());
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () => {
    const { port } = server.address() as AddressInfo;
    tell({ kind: 'listening', url: `http://127.0.0.1:${port}` });
  });
}

await serve(JSON.parse(process.argv[2] ?? '') as EngineSetup);
