import type { Server } from 'node:http';
import { coreWaitSeconds } from '../tools/core-wait.js';
import { quantile } from '../tools/quantile.js';
import type { ServerFigures } from './messages.js';

/** A reading takes about a millisecond. */
const RSS_INTERVAL_MS = 500;

/** Measures a server from inside its process. */
export class ServerMeter {
  #refusalMs: number[] = [];
  #connections = 0;
  #startedMs = 0;
  #coreWaitSeconds = 0;
  #loop = performance.eventLoopUtilization();
  #cpu = process.cpuUsage();
  #rssStartBytes = 0;
  #rssPeakBytes = 0;

  constructor(server: Server) {
    server.on('connection', () => this.#connections++);
    // Registered before the server's own listener, so that all of its work counts.
    server.prependListener('request', (_request, response) => {
      const startedMs = performance.now();
      response.once('finish', () => {
        if (response.statusCode === 503) this.#refusalMs.push(performance.now() - startedMs);
      });
    });
    setInterval(() => this.#seeRss(), RSS_INTERVAL_MS).unref();
  }

  begin(): void {
    this.#refusalMs = [];
    this.#connections = 0;
    this.#startedMs = performance.now();
    this.#coreWaitSeconds = coreWaitSeconds();
    this.#loop = performance.eventLoopUtilization();
    this.#cpu = process.cpuUsage();
    this.#rssStartBytes = process.memoryUsage.rss();
    this.#rssPeakBytes = 0;
  }

  end(): ServerFigures {
    this.#seeRss();
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      refusalP50Ms: quantile(this.#refusalMs, 0.5),
      refusalP99Ms: quantile(this.#refusalMs, 0.99),
      loopUtilization: performance.eventLoopUtilization(this.#loop).utilization,
      coreWait:
        (coreWaitSeconds() - this.#coreWaitSeconds) /
        ((performance.now() - this.#startedMs) / 1000),
      cpuSeconds: (user + system) / 1e6,
      connections: this.#connections,
      rssStartBytes: this.#rssStartBytes,
      rssPeakBytes: this.#rssPeakBytes,
    };
  }

  #seeRss(): void {
    this.#rssPeakBytes = Math.max(this.#rssPeakBytes, process.memoryUsage.rss());
  }
}
