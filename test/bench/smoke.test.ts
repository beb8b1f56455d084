import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { HttpResult } from '../../bench/http/figures.js';
import type { Outcome } from '../../bench/overload/outcome.js';
import type { RoundFigures } from '../../bench/overload/run-round.js';
import { IS_LONG } from '../helpers/long.js';

// Each benchmark runs for a moment and keeps figures. What they are is not looked at: that is not for a suite.

interface OverloadResult {
  readonly results: readonly {
    readonly rounds: readonly RoundFigures[];
    readonly protected: Outcome;
    readonly unprotected: Outcome;
  }[];
}

const OVERLOAD_TRIES = 2;

/** For benchmarks that start a server many times. */
const ONLY_LONG = { skip: IS_LONG ? false : 'npm run test:long' };

/** Runs a benchmark; resolves with its exit code. */
function bench(name: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    execFile(process.execPath, [`dist/bench/${name}.js`, ...args], (error) =>
      resolve(error === null ? 0 : Number(error.code)),
    );
  });
}

function read<F>(file: string): F {
  return JSON.parse(readFileSync(file, 'utf8')) as F;
}

/** On a busy machine nothing may be done in the moment: 0 is a figure too. */
const areFigures = (values: readonly unknown[]) =>
  values.length > 0 && values.every((value) => Number.isFinite(value) && Number(value) >= 0);

t.test('bench', ONLY_LONG, async (t) => {
  const out = join(t.testdir(), 'figures');
  t.equal(await bench('http', ['--smoke', '--out', out]), 0);
  const result = read<HttpResult>(`${out}.json`);
  t.same(
    result.cases.map(({ setting }) => setting),
    ['batch 1', 'window 0'],
  );
  t.ok(areFigures(result.cases.map(({ requestsPerSecond }) => requestsPerSecond)));
  t.ok(areFigures(result.imageKinds.map(({ requestsPerSecond }) => requestsPerSecond)));
  t.same(
    result.openLoop.map(({ failed }) => failed),
    [0],
  );
  t.same(
    result.original.map(({ what }) => what),
    ['classify', 'null service'],
  );
  t.match(readFileSync(`${out}.svg`, 'utf8'), /^<svg /);
  t.equal(readFileSync(`${out}.png`).subarray(1, 4).toString(), 'PNG');
});

t.test('bench:decode', async (t) => {
  const out = join(t.testdir(), 'figures.json');
  const args = ['--seconds', '0.05', '--rounds', '1', '--threads', '1', '--out', out];
  t.equal(await bench('decode', [...args, 'images/9.jpg']), 0);
  const { figures } = read<{ figures: { decoder: string; imagesPerSecond: number }[] }>(out);
  t.same(
    figures.map(({ decoder }) => decoder),
    ['arithmetic', 'native', 'jpeg-js'],
  );
  t.ok(areFigures(figures.map(({ imagesPerSecond }) => imagesPerSecond)));
});

t.test('bench:engine', async (t) => {
  const out = join(t.testdir(), 'figures.json');
  const args = ['--lanes', '1', '--in-flight', '1', '--batch', '2', '--seconds', '0.1'];
  t.equal(await bench('engine', [...args, '--out', out]), 0);
  const { figures } = read<{ figures: { alone: number; fed: number }[] }>(out);
  t.ok(areFigures(figures.flatMap(({ alone, fed }) => [alone, fed])));
});

t.test('bench:batcher', async (t) => {
  const out = join(t.testdir(), 'figures.json');
  const args = ['--rate', '1000', '--seconds', '0.1', '--rounds', '1', '--waiting', '0,10'];
  // 1 says that the target was missed: no wonder on a machine that runs a suite.
  t.ok([0, 1].includes(await bench('batcher', [...args, '--out', out])));
  const { figures } = read<{ figures: { itemsPerSecond: number }[] }>(out);
  t.ok(areFigures(figures.map(({ itemsPerSecond }) => itemsPerSecond)));
});

t.test('bench:agreement', async (t) => {
  const out = join(t.testdir(), 'figures.json');
  t.equal(await bench('agreement', ['--max-batch', '4', '--batch', '4', '--out', out]), 0);
  t.match(readFileSync(out, 'utf8'), /"sureTop1Differs": 0/);
});

t.test(
  'bench:overload, and that a server whose decoders bind keeps its goodput',
  ONLY_LONG,
  async (t) => {
    const out = join(t.testdir(), 'figures.json');
    const args = ['--only', 'decode', '--times', '4', '--seconds', '6', '--out', out];
    for (let tries = 1; tries <= OVERLOAD_TRIES; tries++) {
      // 1 and 2 say that it was not as good as it should be, or that the cores were busy.
      t.ok([0, 1, 2].includes(await bench('overload', args)));
      const { results } = read<OverloadResult>(out);
      t.equal(results.length, 1);
      const [result] = results as [OverloadResult['results'][0]];
      const { rounds, protected: kept, unprotected } = result;
      for (const { booksOff } of rounds) t.equal(booksOff, 0);
      t.equal(rounds[0]?.overload.malformedRefusals, 0);
      // Where other programs took the cores, rates say nothing about the server.
      if (!kept.isValid || !unprotected.isValid) continue;
      // The one place where rates are compared: both are of one run, and the margins are wide.
      t.ok(kept.ratio > 0.7, `goodput ${kept.ratio} of the peak`);
      t.ok(kept.ratio > unprotected.ratio, `without protection ${unprotected.ratio}`);
      return;
    }
    t.comment(`other programs took the cores in ${OVERLOAD_TRIES} runs; no rates were compared`);
  },
);
