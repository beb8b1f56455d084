import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { Config } from './config.js';
import { ConfigReload } from './config-reload.js';
import { configFile, loadConfig, USAGE } from './load-config.js';
import {
  BEAT_INTERVAL_MS,
  CONFIG_VARIABLE,
  type FromServingProcess,
  type FromSupervisor,
  type StartReport,
} from './process-messages.js';
import { StartError } from './start-error.js';

// The program. Starts the serving process, replaces it when it dies or hangs, and passes signals on.

/** A process that is ready and misses this many beats is hung in native code. */
const BEATS_MISSED = 6;
const MAX_BACK_OFF_MS = 10_000;
/** A process that lived this long was healthy: its successor starts at once. */
const HEALTHY_MS = 10_000;

interface Child {
  readonly worker: Worker;
  readonly startedMs: number;
  isReady: boolean;
  beatsMissed: number;
}

class Supervisor {
  readonly #startedMs = performance.now();
  #child: Child;
  #hasServed = false;
  /** What a successor starts with: `batching` as last read, and the port in use. */
  #config: Config;
  #isDraining = false;
  #backOffMs = 0;

  constructor(config: Config) {
    this.#config = config;
    cluster.setupPrimary({ exec: fileURLToPath(new URL('./main.js', import.meta.url)) });
    this.#child = this.#fork();
    setInterval(() => this.#checkBeat(), BEAT_INTERVAL_MS).unref();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => this.#end(signal));
    }
  }

  /** Batches formed from now on obey it, here and in successors. */
  reconfigure({ batching }: Config): void {
    this.#config = { ...this.#config, batching };
    this.#tell({ kind: 'batching', batching });
  }

  #fork(): Child {
    const child: Child = {
      worker: cluster.fork({ [CONFIG_VARIABLE]: JSON.stringify(this.#config) }),
      startedMs: performance.now(),
      isReady: false,
      beatsMissed: 0,
    };
    child.worker.on('message', (message: FromServingProcess) => this.#receive(child, message));
    child.worker.on('exit', (code, signal) => this.#exited(child, code, signal));
    return child;
  }

  #receive(child: Child, message: FromServingProcess): void {
    child.beatsMissed = 0;
    if (message.kind === 'beat') return;
    if (message.kind === 'availability') {
      const processes = { ready: message.isReady ? 1 : 0, total: 1 };
      this.#tell({ kind: 'processes', processes });
      return;
    }
    child.isReady = true;
    const port = Number(new URL(message.report.address).port || 80);
    // A successor takes the same, even if any free one was asked for.
    this.#config = { ...this.#config, server: { ...this.#config.server, port } };
    this.#tell({ kind: 'batching', batching: this.#config.batching });
    if (!this.#hasServed) print(message.report, performance.now() - this.#startedMs);
    else console.error(`serving process ${child.worker.process.pid} is ready`);
    this.#hasServed = true;
    if (this.#isDraining) this.#tell({ kind: 'drain' });
  }

  #exited(child: Child, code: number | null, signal: string | null): void {
    // One that was not ready yet had accepted nothing.
    if (this.#isDraining) process.exit(code === 0 || !child.isReady ? 0 : 1);
    // It has said why. What cannot start once will not start on a second try.
    if (!this.#hasServed) process.exit(1);
    child.isReady = false;
    const livedMs = performance.now() - child.startedMs;
    this.#backOffMs =
      livedMs > HEALTHY_MS ? 0 : Math.min(MAX_BACK_OFF_MS, this.#backOffMs * 2 || 500);
    console.error(
      `serving process ${child.worker.process.pid} ended with ${signal ?? `code ${code}`}; starting another${this.#backOffMs ? ` in ${this.#backOffMs} ms` : ''}`,
    );
    setTimeout(() => {
      if (!this.#isDraining) this.#child = this.#fork();
    }, this.#backOffMs);
  }

  /** Counts its own ticks, not seconds: a machine that was suspended has missed none. */
  #checkBeat(): void {
    const child = this.#child;
    if (!child.isReady || ++child.beatsMissed < BEATS_MISSED) return;
    console.error(`serving process ${child.worker.process.pid} hangs`);
    child.worker.process.kill('SIGKILL');
  }

  #end(signal: NodeJS.Signals): void {
    if (this.#isDraining) {
      this.#child.worker.process.kill('SIGKILL');
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
      return;
    }
    this.#isDraining = true;
    const { worker, isReady } = this.#child;
    if (worker.isDead()) process.exit(0);
    if (isReady) this.#tell({ kind: 'drain' });
    else worker.process.kill(signal);
  }

  #tell(message: FromSupervisor): void {
    if (this.#child.worker.isConnected()) this.#child.worker.send(message);
  }
}

function print(report: StartReport, afterMs: number): void {
  console.error(
    [
      'Batch Dispatch',
      `  model     ${report.model}`,
      `  engine    ${report.engine}`,
      `  curve     ${report.curve}`,
      `  decoder   ${report.decoder}`,
      `  batching  ${report.batching}`,
      `  ready     ${report.address}/api/classify after ${(afterMs / 1000).toFixed(1)} s`,
    ].join('\n'),
  );
}

function supervise(argv: readonly string[], config: Config): void {
  const supervisor = new Supervisor(config);
  const reload = new ConfigReload({
    file: configFile(argv),
    config,
    load: () => loadConfig(argv, process.env) as Config,
    apply: (changed) => supervisor.reconfigure(changed),
    say: (line) => console.error(line),
  });
  process.on('SIGHUP', () => reload.reload());
}

try {
  const argv = process.argv.slice(2);
  const config = loadConfig(argv, process.env);
  if (config === 'help') console.log(USAGE);
  else supervise(argv, config);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
