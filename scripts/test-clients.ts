import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

// npm run test:clients: installs the clients of other servers into a Python environment, starts the server, and runs the
// tests in test/clients against it. PYTHON names the interpreter, and PERF_ANALYZER the program of that name if the one
// that pip installs does not run on this machine. With --if-possible, a machine without Python or without a package index
// is no failure: the tests are skipped, and a line says why.

const ENVIRONMENT = resolve('node_modules/.cache/test-clients');
const PYTHON = join(ENVIRONMENT, 'bin', 'python');
const TESTS = 'test/clients';
const REQUIREMENTS = `${TESTS}/requirements.txt`;
const PERF_ANALYZER_REQUIREMENTS = `${TESTS}/requirements-perf-analyzer.txt`;
const PROGRAM = 'dist/src/server/supervisor/supervisor.js';
/** The requirements are complete, and none is built here. */
const PIP = [
  '-m pip install --quiet --disable-pip-version-check --no-deps --no-compile --only-binary :all:',
  '--retries 2 --timeout 15',
].flatMap((options) => options.split(' '));
/** The oldest Python for which the requirements are published. */
const CHECK_VERSION = 'import sys; sys.exit(sys.version_info < (3, 11))';

/** This machine lacks what the tests need. */
class NotPossibleError extends Error {}

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  const code = await Promise.race([
    once(child, 'close').then(([status]) => status as number | null),
    // The command does not exist.
    once(child, 'error').then(() => null),
  ]).catch(() => null);
  return code === 0;
}

/**
 * Creates the environment anew if the requirements have changed since.
 *
 * @throws {NotPossibleError}
 */
async function install(): Promise<void> {
  const stamp = join(ENVIRONMENT, 'requirements.sha256');
  const requirements = readFileSync(REQUIREMENTS, 'utf8');
  const wanted = createHash('sha256')
    .update(requirements)
    .update(readFileSync(PERF_ANALYZER_REQUIREMENTS))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(ENVIRONMENT, { recursive: true, force: true });
  const python = process.env['PYTHON'] ?? 'python3';
  if (!(await run(python, ['-c', CHECK_VERSION]))) {
    throw new NotPossibleError(`${python} is missing or older than 3.11`);
  }
  if (!(await run(python, ['-m', 'venv', ENVIRONMENT]))) {
    throw new NotPossibleError(`${python} cannot create an environment; install python3-venv`);
  }
  const first = requirements.split('\n').find((line) => !line.startsWith('#')) ?? '';
  if (!(await run(PYTHON, [...PIP, first]))) {
    throw new NotPossibleError('the package index does not answer');
  }
  if (!(await run(PYTHON, [...PIP, '--requirement', REQUIREMENTS]))) {
    throw new Error('the clients could not be installed');
  }
  if (!(await run(PYTHON, [...PIP, '--requirement', PERF_ANALYZER_REQUIREMENTS]))) {
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
    return await run(PYTHON, [`${TESTS}/run.py`], {
      BATCH_DISPATCH_URL: await started(server),
      PERF_ANALYZER: process.env['PERF_ANALYZER'] ?? join(ENVIRONMENT, 'bin', 'perf_analyzer'),
      PYTHONDONTWRITEBYTECODE: '1',
    });
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  if (!(error instanceof NotPossibleError)) throw error;
  const isSkipped = process.argv.includes('--if-possible');
  const what = isSkipped ? 'SKIPPED' : 'FAILED';
  process.stdout.write(`${what}: the clients of other servers were not tried: ${error.message}\n`);
  process.stdout.write(`0 passed, ${isSkipped ? 0 : 1} failed\n`);
  process.exitCode = isSkipped ? 0 : 1;
}
