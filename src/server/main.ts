import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { DecoderRefusedError, openDecodePool } from '../decode/index.js';
import { curveBatchSizes, ModelRefusedError } from '../engine/index.js';
import { MissingPackageError } from '../native/index.js';
import { usableCores } from '../threads/index.js';
import { acceptWhenTold } from './accept-when-told.js';
import { StartError } from './config/start-error.js';
import { decodeMemoryBytes } from './decode-memory.js';
import { createApp } from './http/app.js';
import { drain } from './http/drain.js';
import { createHttpServer } from './http/http-server.js';
import { watchLoopDelay } from './http/loop-delay.js';
import { readPage } from './http/read-page.js';
import { BrokenRequests } from './http/receive/broken-requests.js';
import { UploadBudget } from './http/receive/upload-budget.js';
import { RequestQueue } from './http/request-queue.js';
import { Traffic } from './http/traffic.js';
import { Lifecycle } from './lifecycle.js';
import { openModel } from './models/open-model.js';
import { openNullBatcher } from './models/open-null-batcher.js';
import type { ModelDependencies, ServedModel } from './models/served-model.js';
import { ServedModels } from './models/served-models.js';
import { cannotListen } from './supervisor/cannot-listen.js';
import {
  BEAT_INTERVAL_MS,
  type FromSupervisor,
  LOG_DESCRIPTOR,
  ORDERS_VARIABLE,
  type ServingOrders,
} from './supervisor/process-messages.js';
import { startReport } from './supervisor/start-report.js';
import { SharedMetrics, tell } from './supervisor/supervisor-link.js';
import { systemClock } from './system-clock.js';
import { closedConnections } from './telemetry/closed-connections.js';
import { errorMessages } from './telemetry/error-messages.js';
import { watchGpu } from './telemetry/gpu-metrics.js';
import { openLogFile } from './telemetry/log-file.js';
import { Metrics } from './telemetry/metrics.js';
import { RequestLog } from './telemetry/request-log.js';
import { openRequestSpans } from './telemetry/request-spans.js';

// One serving process, started by the supervisor. This is the only place that knows all parts.

/** Time for the other lanes to finish when one hangs. */
const HUNG_DRAIN_MS = 2000;
/** Time for the last log lines to be written when the process ends. */
const LOG_FLUSH_TIMEOUT_MS = 1000;
/** Time for the last metrics and spans to be sent. */
const LAST_TELEMETRY_MS = 500;

/** Set once the decode threads are started. */
let openingPool: ReturnType<typeof openDecodePool> | undefined;

async function main({ config, plan, earlierReports }: ServingOrders): Promise<void> {
  // If stderr cannot be written to, for example because the disk is full, keep serving.
  process.stderr.on('error', () => {});
  setInterval(() => void tell({ kind: 'beat' }), BEAT_INTERVAL_MS);
  const { batching, decode } = config;
  const lifecycle = new Lifecycle((isReady) => void tell({ kind: 'availability', isReady }));
  const servedModels = new ServedModels();
  const sizes = curveBatchSizes(batching.maxBatchSize, batching.allowedBatchSizes);
  const metrics = new Metrics(sizes);
  const { gpu, device } = plan;
  // Of the processes that share a GPU, the first reads its usage.
  const readsGpu = plan.index % config.server.processes === 0;
  if (gpu && device !== undefined && readsGpu)
    watchGpu(metrics.registry, { device, uuid: gpu.uuid });
  const logFile = openLogFile({
    destination: LOG_DESCRIPTOR,
    dropped: () => metrics.logLinesDropped.inc(),
  });
  const logger = pino(
    { level: config.server.logLevel, base: { pid: process.pid } },
    logFile.stream,
  );
  const sharedMetrics = new SharedMetrics(metrics);
  let currentBatching = batching;
  let opening: ReturnType<typeof openNull> | undefined;
  const spans = openRequestSpans(systemClock);
  const requestLog = new RequestLog(logger, systemClock, spans);
  const uploads = new UploadBudget(config.server);
  const queue = new RequestQueue(systemClock, watchLoopDelay(systemClock));
  const app = createApp({
    clock: systemClock,
    lifecycle,
    models: servedModels,
    metrics,
    readMetrics: () => sharedMetrics.read(),
    requestLog,
    uploads,
    queue,
    maxPixels: decode.maxPixels,
    formats: decode.formats,
    batching: () => currentBatching,
    corsOrigins: config.server.corsOrigins,
    hasBenchmark: config.server.benchmark,
    page: config.server.page ? readPage() : undefined,
    nullBatcher: () => {
      opening ??= openNull().catch((error: unknown) => {
        // The next request tries again.
        opening = undefined;
        throw error;
      });
      return opening;
    },
  });
  const server = createHttpServer(
    app,
    config.server,
    new BrokenRequests(requestLog, metrics),
    queue,
    () => currentBatching,
    closedConnections(metrics, logger, systemClock),
  );
  const traffic = new Traffic(server);
  const acceptor = acceptWhenTold(server, plan.total, (error) => {
    const isKnown = error instanceof MissingPackageError;
    void fail(isKnown ? error : cannotListen(config.server, String(error.code)));
  });
  const served: Pick<ServedModel, 'batcher' | 'reconfigure'>[] = [];
  let isLaneHung = false;
  let isEnding = false;

  async function end(reason: 'draining' | 'lane_hung', timeoutMs: number): Promise<void> {
    if (isEnding) return;
    isEnding = true;
    const isWarm = served.length > 0;
    const done = await drain({
      server,
      traffic,
      acceptAll: () => acceptor.acceptAll(),
      refuseNew: (arrived) => lifecycle.end(reason, arrived),
      settleAll: () => Promise.all(served.map(({ batcher }) => batcher.drain())),
      stopAccepting: () => acceptor.close(),
      timeoutMs,
    });
    const unsettled = served.map(({ batcher }) => batcher.unsettled);
    if (!done) logger.error({ unsettled }, 'drain timed out');
    const told = Promise.allSettled([sharedMetrics.tellOwn(), spans?.flush()]);
    await Promise.race([told, sleep(LAST_TELEMETRY_MS)]);
    await logFile.flush(LOG_FLUSH_TIMEOUT_MS);
    // Otherwise a thread inside a native call would keep the process alive.
    if (isLaneHung || !isWarm) process.kill(process.pid, 'SIGKILL');
    process.exit(done ? 0 : 1);
  }
  const stop = () => void end('draining', config.server.drainTimeoutMs);
  const hung = () => {
    isLaneHung = true;
    void end('lane_hung', HUNG_DRAIN_MS);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // The supervisor reloads the configuration for all processes.
  process.on('SIGHUP', () => {});
  // Without a handler, Node would open its inspector.
  process.on('SIGUSR1', () => {});
  // The supervisor has died. The next one needs the port.
  process.on('disconnect', () => {
    void acceptor.close();
    stop();
  });
  process.on('message', (message: FromSupervisor) => {
    if (message.kind === 'drain') stop();
    else if (message.kind === 'processes') lifecycle.processes = message.processes;
    else if (message.kind === 'batching') {
      currentBatching = message.batching;
      for (const one of served) one.reconfigure();
    }
  });
  // The processes on this host share its cores.
  const threads = decode.threads || Math.max(2, Math.floor(usableCores() / plan.total));
  openingPool = openDecodePool({
    choice: decode.decoder,
    threads,
    hasGpu: plan.gpu !== undefined,
    maxBytes: decodeMemoryBytes(plan.total),
    clock: systemClock,
    decoded: (by) => metrics.decoded(by),
    bodies: uploads.spare,
    alphaBackground: decode.alphaBackground,
    say,
    threadEnded: (reason) =>
      logger.error({ cause: reason.message }, 'decode thread ended; a new one replaces it'),
    broken(state, cause) {
      logger.error({ state, cause: errorMessages(cause) }, 'gpu decoder is out of service');
      hung();
    },
  });
  const decoding = await openingPool;
  const dependencies: ModelDependencies = {
    decodePool: decoding.pool,
    lifecycle,
    metrics,
    logger,
    hung,
  };
  // One after the other, because a curve must be that of an idle device.
  const opened: Awaited<ReturnType<typeof openModel>>[] = [];
  for (const [i, folder] of config.models.entries()) {
    const options = {
      folder,
      config,
      plan,
      batching: () => currentBatching,
      earlier: earlierReports?.[i],
      say,
    };
    opened.push(await openModel(options, dependencies));
  }
  const models = opened.map(({ model }) => model);
  checkNamesDiffer(models);

  served.push(...models);
  async function openNull() {
    const provider = opened[0]?.report.provider ?? 'cpu';
    const options = { config, plan, batching: () => currentBatching, provider, say };
    const nullModel = await openNullBatcher(options, dependencies);
    served.push(nullModel);
    return nullModel.batcher;
  }

  if (isEnding) return;
  servedModels.serve(models);
  lifecycle.serve();
  const report = startReport({
    config,
    models: opened.map(({ report }) => report),
    decoder: decoding.text,
  });
  void tell({ kind: 'ready', report });
}

function checkNamesDiffer(models: readonly ServedModel[]): void {
  const names = models.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return;
  throw new StartError(`two models are named "${twice}"; change the name in the model.json of one`);
}

const said = new Set<string>();

/** Prints a line for the operator, once: several models may print the same line. */
function say(line: string): void {
  if (said.has(line)) return;
  said.add(line);
  process.stderr.write(`${line}\n`);
}

async function fail(error: unknown): Promise<void> {
  const isKnown =
    error instanceof StartError ||
    error instanceof ModelRefusedError ||
    error instanceof DecoderRefusedError ||
    error instanceof MissingPackageError;
  process.stderr.write(`${isKnown ? error.message : (error as Error).stack}\n`);
  // To end the process while a thread loads a native library would crash it.
  await openingPool?.then(({ pool }) => pool.close()).catch(() => {});
  process.exit(1);
}

main(JSON.parse(process.env[ORDERS_VARIABLE] ?? '')).catch(fail);
