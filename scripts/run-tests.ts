import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

// npm test: runs the compiled tests, each file in a process of its own, and fails if they cover too little of the source.
// Prints a line for each file, all that a failing one wrote, and last the sum.
// npm test FILE.test.ts ...: runs these files alone, without coverage.
// npm run test:long: runs the files that have a long search alone, and these searches whole.
//
// `tap run` would load hooks into each process and worker thread that a test starts, which doubles the processor time
// of the suite. A test file needs none of them: it is a program that writes TAP and exits with 0 if it passed.

/** The share of lines that the tests must run, in percent. */
const LINES = { src: 98, 'src/batcher': 100 };
/** Where each process of a covered run leaves what it ran. */
const COVERAGE_FOLDER = resolve('.tap/coverage');
const TAKE_COVERAGE = new URL('take-coverage.js', import.meta.url).href;

/** How many files run at the same time: one more than there are cores, since some wait for a moment to come. */
const CONCURRENCY = availableParallelism() + 1;
/** When tap ends a file and tells which test had not ended, in seconds. No file takes a tenth of it on a quiet machine. */
const FILE_TIMEOUT_S = 300;
/** A file that tap cannot end, because its thread does not return, is killed. */
const KILL_AFTER_MS = (FILE_TIMEOUT_S + 30) * 1000;

/** Where c8 writes what of each file was run. */
const REPORTS_FOLDER = '.tap/report';

interface Summary {
  readonly lines: { readonly total: number; readonly covered: number };
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
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
  const which = ['--temp-directory', COVERAGE_FOLDER, '--reports-dir', REPORTS_FOLDER];
  const reporters = ['--reporter=text-summary', '--reporter=json-summary'];
  const args = ['report', ...which, '--include=dist/src/**', ...reporters];
  if (spawnSync('node_modules/.bin/c8', args, { stdio: 'inherit' }).status !== 0) return false;
  const report = readFileSync(`${REPORTS_FOLDER}/coverage-summary.json`, 'utf8');
  const files = Object.entries(JSON.parse(report) as Record<string, Summary>);
  return Object.entries(LINES).every(([folder, wanted]) => {
    const lines = files
      .filter(([file]) => file.startsWith(`${resolve(folder)}/`))
      .map(([, { lines }]) => lines);
    const total = sum(lines.map((file) => file.total));
    const run = sum(lines.map((file) => file.covered));
    const isEnough = run >= (wanted / 100) * total && total > 0;
    console.log(
      `${folder}: ${run} of ${total} lines run, ${wanted} % wanted${isEnough ? '' : ': too few'}`,
    );
    return isEnough;
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
  process.env['COVERAGE_FOLDER'] = COVERAGE_FOLDER;
  process.env['NODE_OPTIONS'] = `--import=${TAKE_COVERAGE}`;
}
const waiting = files.values();
const outcomes: Outcome[] = [];
async function runNext(): Promise<void> {
  for (const file of waiting) outcomes.push(await run(file));
}
await Promise.all(Array.from({ length: CONCURRENCY }, runNext));
const isEnough = !isCovered || coversEnough();
const passed = sum(outcomes.map((outcome) => outcome.passed));
const failed = sum(outcomes.map((outcome) => outcome.failed));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = passed > 0 && failed === 0 && isEnough ? 0 : 1;
