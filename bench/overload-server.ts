import pino from 'pino';
import { type BatchLane, LatencyCurve } from '../src/batcher/index.js';
import { DecodePool } from '../src/decode/index.js';
import type { Scores } from '../src/engine/index.js';
import { configSchema } from '../src/server/config/config.js';
import { Acceptor } from '../src/server/http/acceptor.js';
import { createApp } from '../src/server/http/app.js';
import { createHttpServer } from '../src/server/http/http-server.js';
import { watchLoopDelay } from '../src/server/http/loop-delay.js';
import { BrokenRequests } from '../src/server/http/receive/broken-requests.js';
import { UploadBudget } from '../src/server/http/receive/upload-budget.js';
import { RequestQueue } from '../src/server/http/request-queue.js';
import { Lifecycle } from '../src/server/lifecycle.js';
import { createServedModel } from '../src/server/models/served-model.js';
import { ServedModels } from '../src/server/models/served-models.js';
import { Problem } from '../src/server/problem/problem.js';
import { bindSocket } from '../src/server/supervisor/listening-socket.js';
import { systemClock } from '../src/server/system-clock.js';
import { Metrics } from '../src/server/telemetry/metrics.js';
import { RequestLog } from '../src/server/telemetry/request-log.js';
import type { FromServer, ServerSetup, ToServer } from './overload/messages.js';
import { ServerMeter } from './overload/server-meter.js';

// The server as src/server/main.ts builds it, around a lane that only waits. bench:overload runs this in its own
// process.

const SCORES: Scores = {
  confidence: Float32Array.of(0.5, 0.2, 0.15, 0.1, 0.05),
  labelIndex: Int32Array.of(0, 1, 2, 3, 4),
};
const UNBOUNDED = 1_000_000;
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

/** Decodes like the server's own, and tells nobody how long it will take. */
class UnforeseenDecodePool extends DecodePool {
  override expectedMs(): number {
    return 0;
  }

  override expectedMsByBytes(): number {
    return 0;
  }
}

async function serve(setup: ServerSetup): Promise<void> {
  const { maxBatchSize, batchMs, decodeThreads, isProtected } = setup;
  const maxQueueSize = isProtected ? setup.maxQueueSize : UNBOUNDED;
  const Pool = isProtected ? DecodePool : UnforeseenDecodePool;
  const { server: serverConfig, batching, decode } = configSchema.parse({});
  const logFile = pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 1000 });
  const logger = pino({ level: serverConfig.logLevel, base: { pid: process.pid } }, logFile);
  const lifecycle = new Lifecycle();
  const models = new ServedModels();
  const metrics = new Metrics([1, 2, 4, 8]);
  const requestLog = new RequestLog(logger, systemClock);
  const queue = new RequestQueue(systemClock, watchLoopDelay(systemClock));
  const app = createApp({
    clock: systemClock,
    lifecycle,
    models,
    metrics,
    readMetrics: () => metrics.registry.metrics(),
    requestLog,
    uploads: new UploadBudget(serverConfig),
    queue,
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
      curve: new LatencyCurve(
        isProtected
          ? [
              { batchSize: 1, ms: batchMs },
              { batchSize: maxBatchSize, ms: batchMs },
            ]
          : [],
      ),
      limits: () => ({ ...batching, maxBatchSize, maxQueueSize }),
      describe: () => {
        throw new Problem('model_not_found');
      },
    },
    {
      decodePool: new Pool(decodeThreads, { decoder: 'native' }),
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
    queue,
    () => (isProtected ? batching : { defaultTimeoutMs: Number.POSITIVE_INFINITY }),
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
  const { descriptor, port } = await bindSocket('127.0.0.1', 0);
  await new Acceptor(server, descriptor, false).listen();
  tell({ kind: 'listening', url: `http://127.0.0.1:${port}` });
}

await serve(JSON.parse(process.argv[2] ?? '') as ServerSetup);
