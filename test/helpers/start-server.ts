import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';
import { inTime } from './until.js';

/** The built program, started as an operator would; `npm test` builds it first. */
const PROGRAM = 'dist/src/server/supervisor/supervisor.js';

export interface StartedServer {
  readonly child: ChildProcess;
  /**
   * Resolves with the address once the program has said that it is ready; rejects if it ends before, or does not say
   * so in time.
   */
  readonly url: Promise<string>;
  /** Resolves with exit code and signal, when all that it wrote is here; rejects if it does not end in time. */
  readonly exited: Promise<[number | null, NodeJS.Signals | null]>;
  /** Its output so far: text for people, and the log. */
  readonly stderr: () => string;
  readonly stdout: () => string;
}

/** What a covered run (scripts/run-tests.ts) tells each program in its environment. */
function coverageEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const options = [process.env['NODE_OPTIONS'], env['NODE_OPTIONS']];
  const { COVERAGE_FOLDER } = process.env;
  return { NODE_OPTIONS: options.filter((each) => each !== undefined).join(' '), COVERAGE_FOLDER };
}

export function startServer(
  t: Test,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  /** "unread" is a pipe whose reader has stopped; a number is a file descriptor. */
  standardOutput: 'read' | 'unread' | number = 'read',
): StartedServer {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env['PATH'], PORT: '0', ...env, ...coverageEnv(env) },
    stdio: ['ignore', typeof standardOutput === 'number' ? standardOutput : 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  if (standardOutput === 'read') {
    child.stdout?.on('data', (chunk) => {
      stdout += chunk;
    });
  }
  const exited = once(child, 'close') as StartedServer['exited'];
  const ready = new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
      const [, url] = /ready {5}(http:\S+)\/api\/classify/.exec(stderr) ?? [];
      if (url) resolve(url);
    });
    void exited.then(() => reject(new Error(`the program ended before it was ready: ${stderr}`)));
  });
  // A test that expects the program to exit does not ask for the address.
  ready.catch(() => {});
  const server: StartedServer = {
    child,
    get url() {
      return inTime(ready, () => `the program to be ready; it wrote: ${stderr}`);
    },
    get exited() {
      return inTime(exited, () => `the program to end; it wrote: ${stderr}`);
    },
    stdout: () => stdout,
    stderr: () => stderr,
  };
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await server.exited.finally(() => child.kill('SIGKILL'));
  });
  return server;
}
