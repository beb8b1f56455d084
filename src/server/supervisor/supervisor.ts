import cluster from 'node:cluster';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { readGpuHost } from '../../native/gpu-host.js';
import type { Config } from '../config/config.js';
import { configFile, loadConfig, USAGE } from '../config/load-config.js';
import {
  BEAT_INTERVAL_MS,
  type FromServingProcess,
  type ServingOrders,
  type StartReport,
} from './process-messages.js';
import { StartError } from '../config/start-error.js';
import { MetricsCollector } from './collect-metrics.js';
import { ConfigReload } from './config-reload.js';
import { type ProcessPlan, planProcesses } from './plan-processes.js';
import { type ProcessEnd, ServingProcess } from './serving-process.js';
import { startText } from './start-text.js';

// The program. Starts the serving processes, replaces one that dies or hangs, and passes signals on.

class Supervisor {
  readonly #startedMs = performance.now();
  readonly #processes: readonly ServingProcess[];
  readonly #metrics = new MetricsCollector();
  /** What a successor starts with: `batching` as last read. */
  #config: Config;
  /** Of the first process that was ready. */
  #report: StartReport | undefined;
  #isDraining = false;
  #exitCode = 0;

  constructor(config: Config, plans: readonly ProcessPlan[]) {
    this.#config = config;
    cluster.setupPrimary({ exec: fileURLToPath(new URL('../main.js', import.meta.url)) });
    this.#processes = plans.map((plan) => {
      return new ServingProcess(plan, () => this.#ordersFor(plan), {
        message: (from, message) => this.#receive(from, message),
        exited: (from, end) => this.#exited(from, end),
      });
    });
    // The first alone: it may build an engine, and its curve must be that of an idle device.
    this.#processes[0]?.start();
    setInterval(() => {
      for (const process of this.#processes) process.checkBeat();
    }, BEAT_INTERVAL_MS).unref();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => this.#end(signal));
    }
  }

  /** All processes, and their successors, run what the first took: never another provider silently. */
  #ordersFor(plan: ProcessPlan): ServingOrders {
    const orders = { config: this.#config, plan };
    return this.#report ? { ...orders, taken: this.#report.models } : orders;
  }

  get #hasServed(): boolean {
    return this.#processes.every(({ hasServed }) => hasServed);
  }

  /** @throws {StartError} a batch limit over what the engine was built for */
  checked(config: Config): Config {
    const models = this.#report?.models ?? [];
    const profile = Math.min(...models.map((model) => model.profileBatchSize ?? Infinity));
    if (config.batching.maxBatchSize <= profile) return config;
    throw new StartError(`batching.maxBatchSize: the engine was built for up to ${profile} images`);
  }

  /** Batches formed from now on obey it, here and in successors. */
  reconfigure({ batching }: Config): void {
    this.#config = { ...this.#config, batching };
    for (const process of this.#processes) process.tell({ kind: 'batching', batching });
  }

  #receive(from: ServingProcess, message: FromServingProcess): void {
    if (message.kind === 'ready') this.#ready(from, message.report);
    if (message.kind === 'availability') this.#tellReadiness();
    if (message.kind === 'metrics') this.#metrics.receive(message.id, message.metrics);
    if (message.kind === 'metricsWanted') {
      void this.#metrics
        .collect(this.#processes)
        .then((text) => from.tell({ kind: 'allMetrics', id: message.id, text }));
    }
  }

  #ready(from: ServingProcess, report: StartReport): void {
    if (this.#isDraining) from.tell({ kind: 'drain' });
    // It started with what was in force then.
    from.tell({ kind: 'batching', batching: this.#config.batching });
    if (!this.#report) {
      this.#report = report;
      for (const other of this.#processes) if (other !== from) other.start();
    }
    if (from.hasServed) console.error(`serving process ${from.pid} is ready`);
    else if (this.#processes.every((one) => one.hasServed || one === from)) {
      const afterMs = performance.now() - this.#startedMs;
      console.error(startText(this.#report, this.#processes.length, afterMs));
    }
  }

  #tellReadiness(): void {
    const ready = this.#processes.filter(({ isReady }) => isReady).length;
    const processes = { ready, total: this.#processes.length };
    for (const process of this.#processes) process.tell({ kind: 'processes', processes });
  }

  #exited(from: ServingProcess, { pid, code, signal, wasWarm }: ProcessEnd): void {
    if (this.#isDraining || !this.#hasServed) {
      // One that was not ready yet had accepted nothing, but what cannot start once will not start on a second try.
      const isFailure = this.#isDraining ? wasWarm && code !== 0 : true;
      if (isFailure) this.#exitCode = 1;
      if (!this.#isDraining) this.#end('SIGTERM');
      if (this.#processes.every(({ isRunning }) => !isRunning)) process.exit(this.#exitCode);
      return;
    }
    this.#tellReadiness();
    const how = signal ?? `code ${code}`;
    const backOffMs = from.startAgain(() => !this.#isDraining);
    const when = backOffMs > 0 ? ` in ${backOffMs} ms` : '';
    console.error(`serving process ${pid} ended with ${how}; starting another${when}`);
  }

  #end(signal: NodeJS.Signals): void {
    if (this.#isDraining) {
      for (const one of this.#processes) one.kill('SIGKILL');
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
      return;
    }
    this.#isDraining = true;
    for (const one of this.#processes) one.end(signal);
    if (this.#processes.every(({ isRunning }) => !isRunning)) process.exit(this.#exitCode);
  }
}

async function supervise(argv: readonly string[], config: Config): Promise<void> {
  const isCpu = config.engine.provider === 'cpu';
  const host = isCpu ? { gpus: [], problem: undefined } : await readGpuHost();
  if (host.problem !== undefined) console.error(`this host's GPUs are not used: ${host.problem}`);
  const plans = planProcesses(config, host.gpus);
  const port = config.server.port || (await freePort(config.server.host));
  const started = { ...config, server: { ...config.server, port } };
  const supervisor = new Supervisor(started, plans);
  const reload = new ConfigReload({
    file: configFile(argv),
    config,
    load: () => supervisor.checked(loadConfig(argv, process.env) as Config),
    apply: (changed) => supervisor.reconfigure(changed),
    say: (line) => console.error(line),
  });
  process.on('SIGHUP', () => reload.reload());
}

/** Any free port, and then the same one for every serving process and its successors. */
async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

try {
  const argv = process.argv.slice(2);
  const config = loadConfig(argv, process.env);
  if (config === 'help') console.log(USAGE);
  else await supervise(argv, config);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
