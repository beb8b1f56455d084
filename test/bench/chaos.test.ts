import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { ChaosResult } from '../../bench/chaos/report.js';
import { IS_LONG } from '../helpers/long.js';

/** Its first rounds have every kind of client, a kill and a stop. */
const SEED = '1';

function chaos(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const all = ['dist/bench/chaos.js', ...args];
    const child = execFile(process.execPath, all, (_, stdout, stderr) =>
      resolve({ code: Number(child.exitCode), stdout, stderr }),
    );
  });
}

/** Rates are not looked at: a busy machine has fewer rounds, and each must be right. */
async function keepsAllPromises(t: Test, args: readonly string[]): Promise<void> {
  const folder = t.testdir();
  const json = join(folder, 'result.json');
  const keep = join(folder, 'evidence');
  const { code, stdout } = await chaos([...args, '--seed', SEED, '--json', json, '--keep', keep]);
  t.equal(code, 0, stdout);
  const result = JSON.parse(readFileSync(json, 'utf8')) as ChaosResult;
  t.equal(result.broken, undefined);
  t.ok(result.rounds > 0 && result.resultsCompared > 0);
  t.ok(Number(result.requests.good?.['200']) > 0);
  for (const check of ['books', 'memory', 'descriptors', 'ready', 'recovery', 'end'] as const) {
    t.ok(result.checked[check] > 0, check);
  }
}

const options =
  process.platform === 'linux'
    ? { skip: IS_LONG ? false : 'npm run test:long' }
    : { skip: 'Linux' };

t.test('two minutes of chaos, two processes', options, (t) =>
  keepsAllPromises(t, ['--minutes', '1.5']),
);
t.test('one process beside other programs', options, (t) =>
  keepsAllPromises(t, ['--minutes', '0.5', '--processes', '1', '--load']),
);

const mistakes: [string[], string][] = [
  [['--minutes', '0'], '--minutes: "0" is not a positive number'],
  [['--seed=-1'], '--seed: "-1" is not a whole number of at least 0'],
  [['--processes', '17'], '--processes: "17" is not a whole number from 1 to 16'],
];
for (const [args, sentence] of mistakes) {
  t.test(sentence, async (t) => {
    const { code, stderr } = await chaos(args);
    t.equal(code, 1);
    t.equal(stderr.split('\n')[0], sentence);
  });
}
