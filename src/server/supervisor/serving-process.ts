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
/** A process that loads may be silent for this many times as long: models are read and rewritten in one go. */
const LOADING_FACTOR = 6;
/** A process that lived this long was healthy. */
const HEALTHY_MS = 10_000;

export interface ServingProcessOptions {
  readonly plan: ProcessPlan;
  /** What the next one starts with. */
  readonly orders: () => ServingOrders;
  /** The descriptor of the socket from which all processes accept. */
  readonly socket: number;
  /** Without a sign of life for so long, a process that could have given one is replaced. */
  readonly hangTimeoutMs: Millis;
  readonly onStart: () => void;
  readonly onMessage: (from: ServingProcess, message: FromServingProcess) => void;
  /** It has ended, and is not started again unless somebody does. */
  readonly onEnd: (from: ServingProcess, end: ProcessEnd) => void;
}

/** One serving process and its replacements. */
export class ServingProcess {
  /** Warm and taking work. */
  isReady = false;
  /** Told to accept connections. */
  isListening = false;
  /** It, or one before it, has been ready. */
  hasServed = false;
  /** Connections that it holds, as last told. */
  connections = 0;
  readonly #options: ServingProcessOptions;
  #child: ChildProcess | undefined;
  #startedMs = 0;
  #isWarm = false;
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
    // The channel ends after the last message, which may come after the exit.
    const ends = [once(child, 'exit'), once(child, 'disconnect')] as const;
    Promise.all(ends).then(
      ([[code, signal]]) => this.#end(code, signal, killsBefore),
      // The system has no room for another process.
      () => this.#end(null, null, killsBefore),
    );
    onStart();
  }

  /** Starts a successor, after a while if processes keep ending soon. Returns how long that is. */
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
    // It may end at any moment; its end is told elsewhere.
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  listen(): void {
    this.isListening = true;
    this.tell({ kind: 'listen' });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** To be called at regular intervals: replaces a process that hangs. */
  checkForHang(elapsedMs: Millis): void {
    const { pid } = this;
    if (pid === undefined || this.#wasHung) return;
    if (!this.#watch.check(elapsedMs, () => readProcessActivity(pid))) return;
    console.error(`serving process ${pid} hangs`);
    this.#wasHung = true;
    this.kill('SIGKILL');
  }

  #fork(): ChildProcess {
    const { plan, orders, socket } = this.#options;
    return fork(PROGRAM, {
      env: {
        ...process.env,
        [ORDERS_VARIABLE]: JSON.stringify(orders()),
        ...(plan.gpu ? { CUDA_VISIBLE_DEVICES: plan.gpu.uuid } : {}),
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', socket],
    });
  }

  #warm(): void {
    this.#isWarm = true;
    this.#watch.limitMs = this.#options.hangTimeoutMs;
  }

  #end(code: number | null, signal: string | null, killsBefore: number | undefined): void {
    const kills = readOutOfMemoryKills();
    const end: ProcessEnd = {
      pid: this.pid,
      code,
      signal,
      wasWarm: this.#isWarm,
      wasHung: this.#wasHung,
      outOfMemoryKills:
        kills === undefined || killsBefore === undefined ? undefined : kills - killsBefore,
    };
    this.#child = undefined;
    this.#isWarm = false;
    this.#wasHung = false;
    this.isReady = false;
    this.isListening = false;
    this.connections = 0;
    this.#options.onEnd(this, end);
  }
}
