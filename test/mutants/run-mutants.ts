import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MutableCopy, sourcesIn } from './mutable-copy.js';
import { MUTANTS } from './mutants.js';

/** No test takes as long; a fault may make one endless. */
const TIMEOUT_MS = 60_000;
const MODEL_TESTS = ['properties', 'exhaustive'];

interface Stage {
  readonly name: string;
  readonly tests: readonly string[];
}

/** The quick tests first, all in one process; the model's only for what they do not find. */
function stages(): Stage[] {
  const tests = sourcesIn('test/batcher')
    .map((file) => basename(file, '.ts'))
    .filter((name) => name.endsWith('.test'));
  const isModel = (name: string) => MODEL_TESTS.includes(name.replace('.test', ''));
  const only = process.argv[2];
  return [
    { name: 'unit', tests: tests.filter((name) => !isModel(name)) },
    ...MODEL_TESTS.map((name) => ({ name, tests: [`${name}.test`] })),
  ].filter(({ name }) => only === undefined || name === only);
}

/** The first test that is not passed, if any. */
function firstFailure({ folder }: MutableCopy, { name, tests }: Stage): string | undefined {
  const entry = join(folder, 'test/batcher', `${name}-stage.js`);
  writeFileSync(entry, tests.map((test) => `await import('./${test}.js');\n`).join(''));
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry], {
    cwd: folder,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    // The same histories each time: what was found once is found again.
    env: { ...process.env, TAP_BAIL: '1', RUNS: '1000', SEED: '1', LONG: '1' },
  });
  if (status === 0) return undefined;
  if (status === null) return `${name}: no end`;
  // It has stopped at the first test that failed.
  const [, file = name] = /fileName: test\/batcher\/(.*)\.test\.js/.exec(stdout) ?? [];
  const title = [...stdout.matchAll(/^# Subtest: (.*)$/gm)].at(-1)?.[1];
  return `${file}: ${title ?? stderr.trim().split('\n').at(-1)}`;
}

function seconds(startedMs: number): string {
  return ((performance.now() - startedMs) / 1000).toFixed(1);
}

const copy = new MutableCopy();
let killed = 0;
try {
  const all = stages();
  for (const stage of all) {
    const failure = firstFailure(copy, stage);
    if (failure) throw new Error(`without a mutant the tests fail already, ${failure}`);
  }
  console.log('| mutant | file | killed by | s |\n|---|---|---|---|');
  for (const mutant of MUTANTS) {
    const startedMs = performance.now();
    copy.mutate(mutant);
    let killer: string | undefined;
    for (const stage of all) killer ??= firstFailure(copy, stage);
    copy.restore(mutant);
    if (killer) killed++;
    const { name, file } = mutant;
    console.log(`| ${name} | ${file} | ${killer ?? '**nobody**'} | ${seconds(startedMs)} |`);
  }
} finally {
  copy.remove();
}
console.log(`\n${killed} of ${MUTANTS.length} mutants killed`);
process.exitCode = killed === MUTANTS.length ? 0 : 1;
