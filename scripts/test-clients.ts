import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

// npm run test:clients: installs the clients of other servers into a Python environment, starts the server, and runs the
// tests in test/clients against it. PYTHON names the interpreter, and PERF_ANALYZER the program of that name if the one
// that pip installs does not run on this machine.

const ENVIRONMENT = resolve('node_modules/.cache/test-clients');
const BIN = join(ENVIRONMENT, 'bin');
const TESTS = 'test/clients';
const REQUIREMENTS = `${TESTS}/requirements.txt`;
const PERF_ANALYZER_REQUIREMENTS = `${TESTS}/requirements-perf-analyzer.txt`;
const PROGRAM = 'dist/src/server/supervisor/supervisor.js';

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0;
}

/** Creates the environment anew if the requirements have changed since. */
async function install(): Promise<void> {
  const stamp = join(ENVIRONMENT, 'requirements.sha256');
  const wanted = createHash('sha256')
    .update(readFileSync(REQUIREMENTS))
    .update(readFileSync(PERF_ANALYZER_REQUIREMENTS))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(ENVIRONMENT, { recursive: true, force: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement'];
  const isInstalled =
    (await run(process.env['PYTHON'] ?? 'python3', ['-m', 'venv', ENVIRONMENT])) &&
    (await run(join(BIN, 'python'), [...pip, REQUIREMENTS]));
  if (!isInstalled) throw new Error('the clients could not be installed');
  if (!(await run(join(BIN, 'python'), [...pip, PERF_ANALYZER_REQUIREMENTS]))) {
    process.stdout.write(
      'perf_analyzer is not published for this machine: its tests are skipped\n',
    );
  }
  writeFileSync(stamp, wanted);
}

/** Resolves with the address of the server once it is ready. */
function started(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.stderr?.on('data', (chunk) => {
      text += chunk;
      const [, url] = /ready {5}(http:\S+)\/api\/classify/.exec(text) ?? [];
      if (url) resolve(url);
    });
    server.once('close', () => reject(new Error(`the server ended before it was ready: ${text}`)));
  });
}

async function main(): Promise<boolean> {
  await install();
  const server = spawn(process.execPath, [PROGRAM], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(server, 'close');
  try {
    return await run(
      join(BIN, 'python'),
      ['-m', 'unittest', 'discover', '--start-directory', TESTS],
      {
        BATCH_DISPATCH_URL: await started(server),
        PERF_ANALYZER: process.env['PERF_ANALYZER'] ?? join(BIN, 'perf_analyzer'),
        PYTHONDONTWRITEBYTECODE: '1',
      },
    );
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

process.exitCode = (await main()) ? 0 : 1;
