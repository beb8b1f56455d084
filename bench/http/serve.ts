import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinned } from './pinned.js';

export interface ServeOptions {
  /** The folder of the built project. */
  readonly root: string;
  readonly model: string;
  /** The contents of batch-dispatch.json. */
  readonly config: object;
  readonly cores: string | undefined;
  /** Where each process and thread leaves a profile when it ends, for Chrome's developer tools. */
  readonly profiles?: string | undefined;
}

export interface RunningServer {
  /** Of the supervisor. */
  readonly pid: number;
  readonly url: string;
  /** The decoder that the server reports at its start. */
  readonly decoder: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts the program in fresh processes, as an operator would, and waits until it is ready.
 *
 * @throws {Error} with the program's output, if it exits before it is ready
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'batch-dispatch.json');
  writeFileSync(file, JSON.stringify(options.config));
  const program = 'dist/src/server/supervisor/supervisor.js';
  const profile = options.profiles ? ['--cpu-prof', `--cpu-prof-dir=${options.profiles}`] : [];
  const args = [...profile, program, '--config', file, '--model', options.model];
  const [command, commandArgs] = pinned(options.cores, args);
  const child = spawn(command, commandArgs, {
    cwd: options.root,
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = await readySaid(child);
  return {
    ...said,
    pid: Number(child.pid),
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true });
    },
  };
}

function readySaid({ stderr }: ChildProcess): Promise<Pick<RunningServer, 'url' | 'decoder'>> {
  let said = '';
  return new Promise((resolve, reject) => {
    stderr?.on('data', (chunk) => {
      said += chunk;
      const [, url] = / ready {5}(http:\S+)\/api\/classify/.exec(said) ?? [];
      const [, decoder = ''] = / decoder {3}([\w-]+)/.exec(said) ?? [];
      if (url !== undefined) resolve({ url, decoder });
    });
    stderr?.once('end', () => reject(new Error(`the server did not start:\n${said}`)));
  });
}
