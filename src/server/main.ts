import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import pino from 'pino';
import { Batcher } from '../batcher/index.js';
import { Lane, ModelRefusedError, readModelFolder, type Scores } from '../engine/index.js';
import { createApp } from './app.js';
import { Classifier } from './classifier.js';
import type { Config } from './config.js';
import { DecodePool } from './decode/decode-pool.js';
import { drain } from './drain.js';
import { createHttpServer } from './http-server.js';
import { Lifecycle } from './lifecycle.js';
import { loadConfig } from './load-config.js';
import {
  BEAT_INTERVAL_MS,
  type FromServingProcess,
  type FromSupervisor,
} from './process-messages.js';
import { RequestLog } from './request-log.js';
import { StartError } from './start-error.js';
import { startReport } from './start-report.js';
import { systemClock } from './system-clock.js';

// One serving process: the only place that knows all parts. The supervisor starts it.

async function main(config: Config): Promise<void> {
  const { batching, decode } = config;
  // Lines gather and are written off this thread; at most a second of them waits.
  const logFile = pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 1000 });
  const logger = pino({ level: config.server.logLevel, base: { pid: process.pid } }, logFile);
  const lifecycle = new Lifecycle();
  const app = createApp({
    clock: systemClock,
    lifecycle,
    requestLog: new RequestLog(logger, systemClock),
    maxBodyBytes: config.server.maxBodyBytes,
    maxPixels: decode.maxPixels,
    defaultTimeoutMs: batching.defaultTimeoutMs,
  });
  const server = createHttpServer(app, config.server);
  await listen(server, config.server);

  const model = await readModelFolder(config.model);
  const threads = decode.threads || Math.max(2, availableParallelism());
  const decodePool = new DecodePool(threads, {
    decoder: decode.decoder,
    input: model.manifest.input,
  });
  const lane = await Lane.open(model, batching.maxBatchSize);
  const batcher = new Batcher<Uint8Array, Scores>({
    clock: systemClock,
    limits: batching,
    lanes: [
      (images) => {
        const scores = lane.run(images);
        for (const pixels of images) decodePool.recycle(pixels);
        return scores;
      },
    ],
  });
  lifecycle.serve({
    classifier: new Classifier(batcher, decodePool),
    labelsJson: model.labels.map((label) => JSON.stringify(label)),
  });

  async function end(): Promise<void> {
    if (lifecycle.isDraining) return;
    const done = await drain({
      server,
      refuseNew: () => lifecycle.drain(),
      settleAll: () => batcher.drain(),
      timeoutMs: config.server.drainTimeoutMs,
    });
    if (!done) logger.error({ unsettled: batcher.unsettled }, 'drain timed out');
    logFile.flushSync();
    process.exit(done ? 0 : 1);
  }
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('message', (message: FromSupervisor) => {
    if (message.kind === 'drain') void end();
    else lifecycle.processes = message.processes;
  });
  const { address, port } = server.address() as AddressInfo;
  tell({ kind: 'ready', report: startReport({ config, model, lane, threads, address, port }) });
  setInterval(() => tell({ kind: 'beat' }), BEAT_INTERVAL_MS);
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

function tell(message: FromServingProcess): void {
  if (process.connected) process.send?.(message);
}

// A signal that comes before there is anything to drain ends the process at once, with no answer lost.
main(loadConfig(process.argv.slice(2), process.env) as Config).catch((error: unknown) => {
  const isKnown = error instanceof StartError || error instanceof ModelRefusedError;
  process.stderr.write(`${isKnown ? error.message : (error as Error).stack}\n`);
  process.exit(1);
});
