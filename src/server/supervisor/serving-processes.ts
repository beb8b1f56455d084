import type { Config } from '../config/config.js';
import { StartError } from '../config/start-error.js';
import { MetricsCollector } from './collect-metrics.js';
import { connectionShares } from './connection-shares.js';
import { countReady } from './count-ready.js';
import { endText, type ProcessEnd } from './end-text.js';
import type { ListeningSocket } from './listening-socket.js';
import type { ProcessPlan } from './plan-processes.js';
import {
  BEAT_INTERVAL_MS,
  type FromServingProcess,
  LINGER_MS,
  type ServingOrders,
  SHARE_INTERVAL_MS,
  type StartReport,
  UNASKED,
} from './process-messages.js';
import { ProgramMetrics } from './program-metrics.js';
import { ServingProcess } from './serving-process.js';
import { startText } from './start-text.js';

/** A process that has not exited this long after the end of its drain is killed. */
const DRAIN_MARGIN_MS = 2 * LINGER_MS + 3000;

/** All serving processes: starts them, replaces those that end, and decides which of them accept connections. */
export class ServingProcesses {
  /** Resolves when the first process is ready. */
  readonly firstReady: Promise<void>;
  readonly #startedMs = performance.now();
  readonly #all: readonly ServingProcess[];
  readonly #socket: ListeningSocket;
  readonly #metrics: MetricsCollector;
  readonly #programMetrics: ProgramMetrics;
  /** The configuration for replacements: its `batching` is the one that was read last. */
  #config: Config;
  /** The report of the first process that became ready. */
  #report: StartReport | undefined;
  /** How many connections each listening process was told to hold. */
  readonly #toldShares = new Map<ServingProcess, number>();
  #resolveFirstReady = () => {};
  #isDraining = false;
  #exitCode = 0;

  constructor(config: Config, plans: readonly ProcessPlan[], socket: ListeningSocket) {
    this.#config = config;
    this.#socket = socket;
    this.firstReady = new Promise((resolve) => {
      this.#resolveFirstReady = resolve;
    });
    this.#all = plans.map(
      (plan) =>
        new ServingProcess({
          plan,
          orders: () => this.#ordersFor(plan),
          socket: socket.descriptor,
          hangTimeoutMs: config.server.hangTimeoutMs,
          onStart: () => this.#chooseListener(),
          onMessage: (from, message) => this.#receive(from, message),
          onEnd: (from, end) => this.#ended(from, end),
        }),
    );
    this.#metrics = new MetricsCollector(this.#all);
    this.#programMetrics = new ProgramMetrics(this.#all);
    // The first starts alone, because it may build an engine, and because its curve must be that of an idle device.
    this.#all[0]?.start();
    this.#checkForHangs();
    if (this.#all.length > 1) setInterval(() => this.#tellShares(), SHARE_INTERVAL_MS).unref();
  }

  /** @throws {StartError} if the batch limit exceeds what the engine was built for */
  checked(config: Config): Config {
    const models = this.#report?.models ?? [];
    const profile = Math.min(...models.map((model) => model.profileBatchSize ?? Infinity));
    if (config.batching.maxBatchSize <= profile) return config;
    throw new StartError(
      `batching.maxBatchSize: the engine was built for at most ${profile} images`,
    );
  }

  /** Applies the new limits to batches formed from now on, in all processes and their replacements. */
  reconfigure({ batching }: Config): void {
    this.#config = { ...this.#config, batching };
    for (const one of this.#all) one.tell({ kind: 'batching', batching });
  }

  /** The first signal drains all processes; a second one ends the program at once by that signal. */
  end(signal: NodeJS.Signals): void {
    if (this.#isDraining) {
      this.#killAll();
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
      return;
    }
    this.#isDraining = true;
    this.#socket.close();
    for (const one of this.#all) one.tell({ kind: 'drain' });
    setTimeout(() => this.#killAll(), this.#config.server.drainTimeoutMs + DRAIN_MARGIN_MS);
    this.#exitIfOver();
  }

  /** All processes and their replacements use the first process's provider; another is never chosen silently. */
  #ordersFor(plan: ProcessPlan): ServingOrders {
    const orders = { config: this.#config, plan };
    return this.#report ? { ...orders, earlierReports: this.#report.models } : orders;
  }

  #receive(from: ServingProcess, message: FromServingProcess): void {
    if (message.kind === 'ready') this.#ready(from, message.report);
    if (message.kind === 'availability') {
      // A process that would refuse requests stops accepting before the service says that it is ready.
      this.#tellShares();
      this.#tellReadiness();
    }
    if (message.kind === 'metrics') this.#metrics.receive(from, message.id, message.metrics);
    if (message.kind === 'metricsWanted') void this.#tellMetrics(from, message.id);
  }

  async #tellMetrics(to: ServingProcess, id: number): Promise<void> {
    const texts = await Promise.all([this.#programMetrics.read(), this.#metrics.read()]);
    const text = texts.join('\n');
    // All get it: whichever is asked while this process cannot answer, no counter is lower than in the last answer.
    for (const one of this.#all) {
      one.tell({ kind: 'allMetrics', id: one === to ? id : UNASKED, text });
    }
  }

  #ready(from: ServingProcess, report: StartReport): void {
    // The process started with older limits if they have changed since.
    from.tell({ kind: 'batching', batching: this.#config.batching });
    from.listen();
    if (!this.#report) {
      this.#report = report;
      for (const one of this.#all) if (one !== from) one.start();
      this.#resolveFirstReady();
    }
    if (from.hasServed) console.error(`serving process ${from.pid} is ready`);
    else if (this.#all.every((one) => one.hasServed || one === from)) {
      const afterMs = performance.now() - this.#startedMs;
      console.error(startText(this.#report, this.#all.length, afterMs));
    }
  }

  #tellReadiness(): void {
    const processes = { ready: countReady(this.#all), total: this.#all.length };
    for (const one of this.#all) one.tell({ kind: 'processes', processes });
  }

  /** While no process is warm, one of them listens and refuses requests; the others listen once they are warm. */
  #chooseListener(): void {
    const running = this.#all.filter(({ isRunning }) => isRunning);
    if (!running.some(({ isListening }) => isListening)) running[0]?.listen();
  }

  #ended(from: ServingProcess, end: ProcessEnd): void {
    this.#metrics.ended(from);
    if (this.#isDraining) {
      if (end.wasWarm && end.code !== 0) this.#exitCode = 1;
      this.#exitIfOver();
      return;
    }
    if (!this.#all.every(({ hasServed }) => hasServed)) {
      // A process that cannot start will fail again. With code 1 it has already printed the reason.
      if (end.code !== 1) console.error(`${endText(end)}, before it was ready`);
      this.#exitCode = 1;
      this.end('SIGTERM');
      return;
    }
    this.#tellReadiness();
    this.#chooseListener();
    this.#programMetrics.restarted(end);
    const delayMs = from.startAgain(end, () => !this.#isDraining);
    const when = delayMs > 0 ? ` in ${delayMs} ms` : '';
    console.error(`${endText(end)}; starting a replacement${when}`);
  }

  #exitIfOver(): void {
    if (this.#all.every(({ isRunning }) => !isRunning)) process.exit(this.#exitCode);
  }

  #killAll(): void {
    for (const one of this.#all) one.kill('SIGKILL');
  }

  #checkForHangs(): void {
    let lastMs = performance.now();
    setInterval(() => {
      const now = performance.now();
      // The supervisor itself may have been stopped, or may have got no processor time.
      const elapsedMs = Math.min(now - lastMs, 2 * BEAT_INTERVAL_MS);
      lastMs = now;
      for (const one of this.#all) one.checkForHang(elapsedMs);
    }, BEAT_INTERVAL_MS).unref();
  }

  /** Tells each listening process how many connections it should hold. */
  #tellShares(): void {
    const shares = connectionShares(this.#all);
    for (const one of this.#toldShares.keys()) if (!shares.has(one)) this.#toldShares.delete(one);
    for (const [one, connections] of shares) {
      if (this.#toldShares.get(one) === connections) continue;
      this.#toldShares.set(one, connections);
      one.tell({ kind: 'share', connections });
    }
  }
}
