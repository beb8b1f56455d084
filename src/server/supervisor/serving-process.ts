import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Millis } from '../../batcher/index.js';
import { type ProcessEnd, readOutOfMemoryKills } from './end-text.js';
import { HangWatch } from './hang-watch.js';
import type { ProcessPlan } from './plan-processes.js';
import { readProcessActivity } from './process-activity.js';
import {
  type FromServingProcess,
  type FromSupervisor,
  ORDERS_VARIABLE,
  type ServingOrders,
} from './process-messages.js';
import { restartDelayMs } from './restart-delay.js';

const PROGRAM = fileURLToPath(new URL('../main.js', import.meta.url));
/**
 * A process that loads may be silent for this many times as long, because it reads and rewrites a model in one step.
 */
const LOADING_FACTOR = 6;
/** A process that ran for at least this long was healthy. */
const HEALTHY_MS = 10_000;

export interface ServingProcessOptions {
  readonly plan: ProcessPlan;
  /** Returns the data with which the next process starts. */
  readonly orders: () => ServingOrders;
  /** The descriptor of the socket from which all processes accept. */
  readonly socket: number;
  /** If a process that could have sent a heartbeat sends none for this long, it is replaced. */
  readonly hangTimeoutMs: Millis;
  /** The program that serves; by default main.ts. */
  readonly program?: string;
  readonly onStart: () => void;
  readonly onMessage: (from: ServingProcess, message: FromServingProcess) => void;
  /** The process has ended. It is not replaced automatically. */
  readonly onEnd: (from: ServingProcess, end: ProcessEnd) => void;
}

/** One serving process and its replacements. */
export class ServingProcess {
  /** Whether it is warm and takes requests. */
  isReady = false;
  /** Whether it has been ready. */
  isWarm = false;
  /** Whether it was told to accept connections. */
  isListening = false;
  /** Whether it, or one of its predecessors, has been ready. */
  hasServed = false;
  /** The number of its open connections, as last reported. */
  connections = 0;
  readonly #options: ServingProcessOptions;
  #child: ChildProcess | undefined;
  #startedMs = 0;
  #watch: HangWatch;
  #wasHung = false;
  #shortLives = 0;

  constructor(options: ServingProcessOptions) {
    this.#options = options;
    this.#watch = new HangWatch(LOADING_FACTOR * options.hangTimeoutMs);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  start(): void {
    const { hangTimeoutMs, onStart, onMessage } = this.#options;
    const child = this.#fork();
    this.#child = child;
    this.#startedMs = performance.now();
    this.#watch = new HangWatch(LOADING_FACTOR * hangTimeoutMs);
    const killsBefore = readOutOfMemoryKills();
    child.on('message', (message: FromServingProcess) => {
      this.#watch.beat();
      if (message.kind === 'ready') this.#warm();
      if (message.kind === 'availability') this.isReady = message.isReady;
      if (message.kind === 'connections') this.connections = message.open;
      onMessage(this, message);
      if (message.kind === 'ready') this.hasServed = true;
    });
    // The channel ends after the last message, which may arrive after the exit.
    const ends = [once(child, 'exit'), once(child, 'disconnect')] as const;
    Promise.all(ends).then(
      ([[code, signal]]) => this.#end(code, signal, killsBefore),
      // The system cannot start another process.
      () => this.#end(null, null, killsBefore),
    );
    onStart();
  }

  /** Starts a replacement, after a back-off if processes keep ending soon. Returns the length of the back-off. */
  startAgain({ wasWarm }: ProcessEnd, isWanted: () => boolean): Millis {
    const livedMs = performance.now() - this.#startedMs;
    this.#shortLives = livedMs > HEALTHY_MS ? 0 : this.#shortLives + 1;
    const delayMs = restartDelayMs(this.#shortLives, wasWarm);
    setTimeout(() => {
      if (isWanted()) this.start();
    }, delayMs);
    return delayMs;
  }

  tell(message: FromSupervisor): void {
    // The process may end at any moment; that is reported elsewhere.
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  listen(): void {
    this.isListening = true;
    this.tell({ kind: 'listen' });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Must be called at regular intervals: kills a process that hangs. */
  checkForHang(elapsedMs: Millis): void {
    const { pid } = this;
    if (pid === undefined || this.#wasHung) return;
    if (!this.#watch.check(elapsedMs, () => readProcessActivity(pid))) return;
    console.error(`serving process ${pid} hangs; killing it`);
    this.#wasHung = true;
    this.kill('SIGKILL');
  }

  #fork(): ChildProcess {
    const { plan, orders, socket, program = PROGRAM } = this.#options;
    return fork(program, {
      env: {
        ...process.env,
        [ORDERS_VARIABLE]: JSON.stringify(orders()),
        ...(plan.gpu ? { CUDA_VISIBLE_DEVICES: plan.gpu.uuid } : {}),
      },
      // The log has a descriptor of its own. Node makes an inherited stdout blocking, here and again when a process exits,
      // for all processes that share it; a thread that writes to a pipe that nobody reads then keeps its process alive.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', socket, process.stdout.fd],
    });
  }

  #warm(): void {
    this.isWarm = true;
    this.#watch.limitMs = this.#options.hangTimeoutMs;
  }

  #end(code: number | null, signal: string | null, killsBefore: number | undefined): void {
    const kills = readOutOfMemoryKills();
    const end: ProcessEnd = {
      pid: this.pid,
      code,
      signal,
      wasWarm: this.isWarm,
      wasHung: this.#wasHung,
      outOfMemoryKills:
        kills === undefined || killsBefore === undefined ? undefined : kills - killsBefore,
    };
    this.#child = undefined;
    this.isWarm = false;
    this.#wasHung = false;
    this.isReady = false;
    this.isListening = false;
    this.connections = 0;
    this.#options.onEnd(this, end);
  }
}
