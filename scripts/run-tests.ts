import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';

// npm test: runs the compiled tests, each file in a process of its own and as many at a time as there are cores, and fails
// if they cover too little of the source. Prints a line for each file, all that a failing one wrote, and last the sum.
// npm test FILE.test.ts ...: runs these files alone, without coverage.
// npm run test:long: runs the files that have a long search alone, and these searches whole.
//
// `tap run` would load hooks into each process and worker thread that a test starts, which doubles the processor time
// of the suite. A test file needs none of them: it is a program that writes TAP and exits with 0 if it passed.

/** The share of lines that the tests must run, in percent. */
const LINES = { 'src/**': 98, 'src/batcher/**': 100 };
/** Where each process of a covered run leaves what it ran. */
const COVERAGE_FOLDER = '.tap/coverage';

/** When tap ends a file and tells which test had not ended, in seconds. No file takes a tenth of it on a quiet machine. */
const FILE_TIMEOUT_S = 300;
/** A file that tap cannot end, because its thread does not return, is killed. */
const KILL_AFTER_MS = (FILE_TIMEOUT_S + 30) * 1000;

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

/** Every test file of the sources; what an older build has left in dist is not run. */
function everyTest(): string[] {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `test/${file}`)
    .sort();
}

function hasLongSearch(file: string): boolean {
  return readFileSync(file, 'utf8').includes('/helpers/long.js');
}

async function run(file: string): Promise<Outcome> {
  const startedMs = performance.now();
  const compiled = `dist/${file.replace(/\.ts$/, '.js')}`;
  const child = spawn(process.execPath, ['--enable-source-maps', compiled], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TAP_TIMEOUT: String(FILE_TIMEOUT_S) },
    timeout: KILL_AFTER_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const [, counts = ''] = /^# (\{ total: .*\})$/m.exec(output) ?? [];
  const count = (what: string) => Number(new RegExp(`\\b${what}: (\\d+)`).exec(counts)?.[1] ?? 0);
  const passed = count('pass');
  const hasPassed = code === 0 && passed > 0;
  const failed = hasPassed ? 0 : Math.max(1, count('fail'));
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  if (!hasPassed) console.log(`${output}\n${file}: exit code ${code}, signal ${signal}`);
  console.log(`${hasPassed ? 'ok    ' : 'not ok'} ${file}: ${passed} passed in ${seconds} s`);
  return { passed, failed };
}

/** Tells how much of the source was run; false if that is too little. */
function coversEnough(): boolean {
  return Object.entries(LINES).every(([sources, lines]) => {
    const which = ['--temp-directory', COVERAGE_FOLDER, '--include', `dist/${sources}`];
    const bounds = ['--check-coverage', `--lines=${lines}`];
    console.log(`\n${sources}, of which ${lines} % of the lines must be run:`);
    const args = ['report', '--reporter=text-summary', ...which, ...bounds];
    return spawnSync('node_modules/.bin/c8', args, { stdio: 'inherit' }).status === 0;
  });
}

const given = process.argv.slice(2);
const isLong = given[0] === '--long';
const isCovered = given.length === 0;
let files = given;
if (isLong) {
  files = everyTest().filter(hasLongSearch);
  process.env['LONG'] = '1';
} else if (isCovered) {
  files = everyTest();
  rmSync(COVERAGE_FOLDER, { recursive: true, force: true });
  process.env['NODE_V8_COVERAGE'] = COVERAGE_FOLDER;
}
const waiting = files.values();
const outcomes: Outcome[] = [];
async function runNext(): Promise<void> {
  for (const file of waiting) outcomes.push(await run(file));
}
await Promise.all(Array.from({ length: availableParallelism() }, runNext));
const sum = (which: keyof Outcome) => outcomes.reduce((total, one) => total + one[which], 0);
const isEnough = !isCovered || coversEnough();
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('passed') > 0 && sum('failed') === 0 && isEnough ? 0 : 1;
