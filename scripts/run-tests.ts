import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

// npm test: runs every test, and fails if they cover too little of the source.
// npm test -- FILE.test.ts ...: runs these alone, without coverage.

/** The share of lines that the tests must run, in percent. */
const LINES: Readonly<Record<string, number>> = { 'src/**': 98, 'src/batcher/**': 100 };

/** Runs a command of node_modules, and ends this process as it ended if it failed. */
function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(`node_modules/.bin/${command}`, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Where the compiler puts a source. */
function compiled(source: string): string {
  return `dist/${source.replace(/^\.\//, '').replace(/\.ts$/, '.js')}`;
}

/** Every test that has a source: what an older build has left in dist is none. */
function everyTest(): string[] {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.test.ts')).map((file) => `test/${file}`);
}

const args = process.argv.slice(2);
const isFile = (arg: string) => arg.endsWith('.test.ts');
if (args.some(isFile)) {
  const given = args.map((arg) => (isFile(arg) ? compiled(arg) : arg));
  run('tap', ['run', '--disable-coverage', '--allow-empty-coverage', ...given]);
} else {
  const all = everyTest().sort().map(compiled);
  run('tap', ['run', '--allow-incomplete-coverage', '--coverage-report=none', ...args, ...all]);
  for (const [sources, lines] of Object.entries(LINES)) {
    const coverage = ['--temp-directory', '.tap/coverage', '--include', `dist/${sources}`];
    run('c8', [
      'report',
      ...coverage,
      '--reporter=text-summary',
      '--check-coverage',
      `--lines=${lines}`,
    ]);
  }
}
