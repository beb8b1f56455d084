import cluster, { type Worker } from 'node:cluster';
import type { ProcessPlan } from './plan-processes.js';
import {
  type FromServingProcess,
  type FromSupervisor,
  ORDERS_VARIABLE,
  type ServingOrders,
} from './process-messages.js';

/** A process that is ready and misses this many beats is hung in native code; one that loads may take longer. */
const BEATS_MISSED = 6;
const BEATS_MISSED_LOADING = 60;
const MAX_BACK_OFF_MS = 10_000;
/** A process that lived this long was healthy: its successor starts at once. */
const HEALTHY_MS = 10_000;

export interface ProcessEnd {
  readonly pid: number | undefined;
  readonly code: number | null;
  readonly signal: string | null;
  /** Whether it had accepted anything, perhaps. */
  readonly wasWarm: boolean;
}

export interface ServingProcessEvents {
  readonly message: (from: ServingProcess, message: FromServingProcess) => void;
  /** It has ended, and is not started again unless somebody does. */
  readonly exited: (from: ServingProcess, end: ProcessEnd) => void;
}

/** One serving process and its successors. */
export class ServingProcess {
  readonly plan: ProcessPlan;
  /** Warm and taking work. */
  isReady = false;
  /** It, or one before it, has been ready. */
  hasServed = false;
  readonly #orders: () => ServingOrders;
  readonly #events: ServingProcessEvents;
  #worker: Worker | undefined;
  #startedMs = 0;
  #isWarm = false;
  #beatsMissed = 0;
  #backOffMs = 0;

  constructor(plan: ProcessPlan, orders: () => ServingOrders, events: ServingProcessEvents) {
    this.plan = plan;
    this.#orders = orders;
    this.#events = events;
  }

  get pid(): number | undefined {
    return this.#worker?.process.pid;
  }

  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  start(): void {
    const { gpu } = this.plan;
    const worker = cluster.fork({
      [ORDERS_VARIABLE]: JSON.stringify(this.#orders()),
      ...(gpu ? { CUDA_VISIBLE_DEVICES: gpu.uuid } : {}),
    });
    this.#worker = worker;
    this.#startedMs = performance.now();
    this.#beatsMissed = 0;
    worker.on('message', (message: FromServingProcess) => this.#receive(message));
    worker.on('exit', (code, signal) => {
      const wasWarm = this.#isWarm;
      this.#worker = undefined;
      this.#isWarm = false;
      this.isReady = false;
      this.#events.exited(this, { pid: worker.process.pid, code, signal, wasWarm });
    });
  }

  /** Starts a successor, after a while if the one before lived only shortly. */
  startAgain(isWanted: () => boolean): number {
    const livedMs = performance.now() - this.#startedMs;
    this.#backOffMs =
      livedMs > HEALTHY_MS ? 0 : Math.min(MAX_BACK_OFF_MS, this.#backOffMs * 2 || 500);
    setTimeout(() => {
      if (isWanted()) this.start();
    }, this.#backOffMs);
    return this.#backOffMs;
  }

  tell(message: FromSupervisor): void {
    if (this.#worker?.isConnected()) this.#worker.send(message);
  }

  /** Asks one that serves to drain, and ends one that loads: it has accepted nothing. */
  end(signal: NodeJS.Signals): void {
    if (this.#isWarm) this.tell({ kind: 'drain' });
    else this.kill(signal);
  }

  kill(signal: NodeJS.Signals): void {
    this.#worker?.process.kill(signal);
  }

  /** Counts the caller's ticks, not seconds: a machine that was suspended has missed none. */
  checkBeat(): void {
    if (!this.#worker) return;
    const allowed = this.#isWarm ? BEATS_MISSED : BEATS_MISSED_LOADING;
    if (++this.#beatsMissed < allowed) return;
    console.error(`serving process ${this.pid} hangs`);
    this.kill('SIGKILL');
  }

  #receive(message: FromServingProcess): void {
    this.#beatsMissed = 0;
    if (message.kind === 'ready') this.#isWarm = true;
    if (message.kind === 'availability') this.isReady = message.isReady;
    this.#events.message(this, message);
    if (message.kind === 'ready') this.hasServed = true;
  }
}
