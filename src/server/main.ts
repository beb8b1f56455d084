import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import pino from 'pino';
import { curveBatchSizes, ModelRefusedError } from '../engine/index.js';
import { createApp } from './http/app.js';
import type { Config } from './config/config.js';
import { drain } from './http/drain.js';
import { errorMessages } from './telemetry/error-messages.js';
import { createHttpServer } from './http/http-server.js';
import { Lifecycle } from './models/lifecycle.js';
import { Metrics } from './telemetry/metrics.js';
import { openDecodePool } from '../decode/open-decode-pool.js';
import { openModel } from './models/open-model.js';
import { openNullBatcher } from './models/open-null-batcher.js';
import {
  BEAT_INTERVAL_MS,
  type FromSupervisor,
  ORDERS_VARIABLE,
  type ServingOrders,
} from './supervisor/process-messages.js';
import { BrokenRequests } from './http/receive/broken-requests.js';
import { UploadBudget } from './http/receive/upload-budget.js';
import { RequestLog } from './telemetry/request-log.js';
import type { ServedModel, Surroundings } from './models/served-model.js';
import { StartError } from './config/start-error.js';
import { startReport } from './supervisor/start-report.js';
import { SharedMetrics, tell } from './supervisor/supervisor-link.js';
import { systemClock } from './system-clock.js';

// One serving process: the only place that knows all parts. The supervisor starts it.

/** What the other lanes get to finish when one hangs. */
const HUNG_DRAIN_MS = 2000;

async function main({ config, plan, taken }: ServingOrders): Promise<void> {
  setInterval(() => tell({ kind: 'beat' }), BEAT_INTERVAL_MS);
  const { batching, decode } = config;
  // Lines gather and are written off this thread; at most a second of them waits.
  const logFile = pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 1000 });
  const logger = pino({ level: config.server.logLevel, base: { pid: process.pid } }, logFile);
  const lifecycle = new Lifecycle((isReady) => tell({ kind: 'availability', isReady }));
  const sizes = curveBatchSizes(batching.maxBatchSize, batching.allowedBatchSizes);
  const metrics = new Metrics(sizes);
  const sharedMetrics = new SharedMetrics(metrics);
  let inForce = batching;
  let opening: ReturnType<typeof openNull> | undefined;
  const requestLog = new RequestLog(logger, systemClock);
  const uploads = new UploadBudget(config.server);
  const app = createApp({
    clock: systemClock,
    lifecycle,
    metrics,
    readMetrics: () => sharedMetrics.read(),
    requestLog,
    uploads,
    maxPixels: decode.maxPixels,
    batching: () => inForce,
    nullBatcher: () => {
      opening ??= openNull();
      return opening;
    },
  });
  const server = createHttpServer(app, config.server, new BrokenRequests(requestLog, metrics));
  await listen(server, config.server);

  // The cores are shared by the processes of this host.
  const threads = decode.threads || Math.max(2, Math.floor(availableParallelism() / plan.total));
  let isLaneHung = false;
  const hung = () => {
    isLaneHung = true;
    void end('lane_hung', HUNG_DRAIN_MS);
  };
  const decoding = await openDecodePool({
    wish: decode.decoder,
    threads,
    hasGpu: plan.gpu !== undefined,
    clock: systemClock,
    metrics,
    bodies: uploads.spare,
    say,
    threadEnded: (reason) =>
      logger.error({ cause: reason.message }, 'decode thread ended; another takes its place'),
    broken(state, cause) {
      logger.error({ state, cause: errorMessages(cause) }, 'gpu decoder does not serve');
      hung();
    },
  });
  const around: Surroundings = {
    decodePool: decoding.pool,
    lifecycle,
    metrics,
    logger,
    hung,
  };
  // One after the other: a curve must be that of an idle device.
  const opened: Awaited<ReturnType<typeof openModel>>[] = [];
  for (const [i, folder] of config.models.entries()) {
    const options = { folder, config, plan, batching: () => inForce, taken: taken?.[i], say };
    opened.push(await openModel(options, around));
  }
  const models = opened.map(({ model }) => model);
  checkNamesDiffer(models);

  const served: Pick<ServedModel, 'batcher' | 'reconfigure'>[] = [...models];
  async function openNull() {
    const provider = opened[0]?.report.provider ?? 'cpu';
    const options = { config, plan, batching: () => inForce, provider, say };
    const nullModel = await openNullBatcher(options, around);
    served.push(nullModel);
    return nullModel.batcher;
  }

  async function end(reason: 'draining' | 'lane_hung', timeoutMs: number): Promise<void> {
    if (lifecycle.isEnding) return;
    const done = await drain({
      server,
      refuseNew: () => lifecycle.end(reason),
      settleAll: () => Promise.all(served.map(({ batcher }) => batcher.drain())),
      timeoutMs,
    });
    const unsettled = served.map(({ batcher }) => batcher.unsettled);
    if (!done) logger.error({ unsettled }, 'drain timed out');
    logFile.flushSync();
    // A thread inside a native call does not end otherwise.
    if (isLaneHung) process.kill(process.pid, 'SIGKILL');
    process.exit(done ? 0 : 1);
  }
  const stop = () => void end('draining', config.server.drainTimeoutMs);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // The supervisor reads the configuration again, for all processes.
  process.on('SIGHUP', () => {});
  process.on('message', (message: FromSupervisor) => {
    if (message.kind === 'drain') stop();
    else if (message.kind === 'processes') lifecycle.processes = message.processes;
    else if (message.kind === 'batching') {
      inForce = message.batching;
      for (const one of served) one.reconfigure();
    }
  });
  lifecycle.serve(models);
  const { address, port } = server.address() as AddressInfo;
  const report = startReport({
    config,
    models: opened.map(({ report }) => report),
    decoder: decoding.text,
    address,
    port,
  });
  tell({ kind: 'ready', report });
}

function checkNamesDiffer(models: readonly ServedModel[]): void {
  const names = models.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return;
  throw new StartError(`two models are named "${twice}"; change the name in one's model.json`);
}

const said = new Set<string>();

/** Tells the operator once: several models may have the same to say. */
function say(line: string): void {
  if (said.has(line)) return;
  said.add(line);
  process.stderr.write(`${line}\n`);
}

function listen(server: Server, { host, port }: Config['server']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'the port is in use' : (cause.code ?? 'it failed');
      reject(new StartError(`cannot listen on ${host}:${port} (server.host, server.port): ${why}`));
    });
    server.listen({ host, port, backlog: 1024 }, resolve);
  });
}

// A signal that comes before there is anything to drain ends the process at once, with no answer lost.
main(JSON.parse(process.env[ORDERS_VARIABLE] ?? '')).catch((error: unknown) => {
  const isKnown = error instanceof StartError || error instanceof ModelRefusedError;
  process.stderr.write(`${isKnown ? error.message : (error as Error).stack}\n`);
  process.exit(1);
});
