import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { servingPids } from '../../test/helpers/serving-pids.js';
import type { Evidence } from './evidence.js';
import type { Life } from './plan.js';

/** How long the server waits for a request to arrive. */
export const REQUEST_TIMEOUT_MS = 5000;

const PROGRAM = 'dist/src/server/supervisor/supervisor.js';

export interface ProgramOptions {
  readonly port: number;
  readonly processes: number;
  readonly hangTimeoutMs: number;
  readonly stdout: Life['stdout'];
  readonly evidence: Evidence;
  /** Called for each line of stderr. */
  readonly said: (line: string) => void;
}

/** The server under test, started as an operator would. */
export class Program {
  readonly port: number;
  readonly exited: Promise<readonly [number | null, NodeJS.Signals | null]>;
  readonly #child: ChildProcess;
  readonly #configFile: string;
  readonly #options: ProgramOptions;

  constructor(options: ProgramOptions) {
    const { port, stdout, evidence } = options;
    this.#options = options;
    this.port = port;
    this.#configFile = join(evidence.folder, 'batch-dispatch.json');
    this.configure({});
    const full = stdout === 'full' ? openSync('/dev/full', 'w') : undefined;
    this.#child = spawn(
      process.execPath,
      [PROGRAM, '--config', this.#configFile, '--model', 'models/demo'],
      {
        env: { PATH: process.env['PATH'], PORT: String(port), HOST: '127.0.0.1' },
        stdio: ['ignore', full ?? 'pipe', 'pipe'],
      },
    );
    if (full !== undefined) closeSync(full);
    this.exited = once(this.#child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    const killAll = () => this.killAll();
    process.once('exit', killAll);
    void this.exited.then(() => process.off('exit', killAll));
    if (stdout === 'read') this.#child.stdout?.on('data', (bytes) => evidence.log(bytes));
    let rest = '';
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) options.said(line);
    });
  }

  get pid(): number {
    return Number(this.#child.pid);
  }

  /** Its serving processes, the oldest first. */
  servingPids(): number[] {
    return this.#isRunning ? servingPids(this.#child) : [];
  }

  /** Writes the configuration file. */
  configure(batching: object): void {
    const { processes, hangTimeoutMs } = this.#options;
    // The times of clients are short, so that a round is.
    const times = { requestTimeoutMs: REQUEST_TIMEOUT_MS, headersTimeoutMs: 3000, hangTimeoutMs };
    const config = { engine: { provider: 'cpu' }, server: { processes, ...times }, batching };
    writeFileSync(this.#configFile, JSON.stringify(config));
  }

  configureBadly(): void {
    writeFileSync(this.#configFile, '{"batching":{"maxBatchSize":-1}}');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  stopReadingLog(): void {
    this.#child.stdout?.pause();
  }

  readLog(): void {
    if (this.#options.stdout === 'read') this.#child.stdout?.resume();
  }

  /** Kills all its processes. */
  killAll(): void {
    if (!this.#isRunning) return;
    const pids = this.servingPids();
    this.signal('SIGKILL');
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
  }

  get #isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }
}
