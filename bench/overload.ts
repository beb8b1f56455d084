import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import jpeg from 'jpeg-js';
import { type Outcome, outcomeOf } from './overload/outcome.js';
import { type RoundFigures, runRound } from './overload/run-round.js';
import { type Scenario, scenarios } from './overload/scenarios.js';
import { writeResult } from './tools/write-result.js';

// Measures the server under more load than it can carry, with each of its stages as the narrowest in turn, and the same
// server without protection.

const USAGE = `Usage: npm run bench:overload -- [--only NAME] [--times N] [--seconds S] [--out FILE]

  --only NAME   one stage: decode, "main thread", connections or lane
  --times N     one load, as a multiple of the peak, instead of 2 and 6, and 10 for the lane
  --seconds S   length of each load (default 8)
  --out FILE    writes the figures as JSON

Each line is one server: its peak, with clients that wait for answers; then independent clients at a multiple of that
rate; then, after two seconds at half of it, the share that is answered. The exit code is 1 if the protected server
misses a limit, or the other one misses none; it is 2 if the clients had too little processor time to measure.
`;

interface Line {
  readonly name: string;
  readonly times: number;
  readonly protected: Outcome;
  readonly unprotected: Outcome;
}

const COLUMNS = [
  ['binds', 12],
  ['times', 6],
  ['peak/s', 8],
  ['offered/s', 10],
  ['goodput/s', 10],
  ['of peak', 8],
  ['answered p99', 13],
  ['refused p99', 12],
  ['after', 8],
  ['| without', 10],
  ['of peak', 8],
] as const;

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => cell.padStart(COLUMNS[i]?.[1] ?? 0)).join(' ');
}

function textOf({ name, times, protected: kept, unprotected }: Line): string {
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const ms = (value: number) => (Number.isFinite(value) ? `${value.toFixed(0)} ms` : '-');
  const text = row([
    name,
    String(times),
    kept.peak.toFixed(0),
    kept.offered.toFixed(0),
    kept.goodput.toFixed(0),
    percent(kept.ratio),
    ms(kept.answeredP99Ms),
    ms(kept.refusedP99Ms),
    percent(kept.after),
    unprotected.goodput.toFixed(0),
    percent(unprotected.ratio),
  ]);
  const remarks = [...kept.faults, ...(kept.isValid ? [] : ['clients disturbed'])];
  return remarks.length === 0 ? text : `${text}  ${remarks.join(', ')}`;
}

async function measure(scenario: Scenario, times: number, seconds: number) {
  const rounds: RoundFigures[] = [];
  for (const isProtected of [true, false]) {
    rounds.push(await runRound({ scenario, times, seconds, isProtected }));
  }
  const [kept, unprotected] = rounds.map((round) =>
    outcomeOf(round, scenario.timeoutMs, availableParallelism()),
  ) as [Outcome, Outcome];
  const line: Line = { name: scenario.name, times, protected: kept, unprotected };
  return { line, rounds };
}

/** Decoding it costs next to nothing. */
function tinyJpeg(): Uint8Array {
  return jpeg.encode({ data: new Uint8Array(8 * 8 * 4), width: 8, height: 8 }, 90).data;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    times: { type: 'string' },
    seconds: { type: 'string', default: '8' },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(USAGE);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'overload-'));
  const tiny = join(folder, 'tiny.jpg');
  writeFileSync(tiny, tinyJpeg());
  const lines: Line[] = [];
  const results: object[] = [];
  console.log(row(COLUMNS.map(([title]) => title)));
  for (const scenario of scenarios(tiny)) {
    if (values.only !== undefined && values.only !== scenario.name) continue;
    for (const times of values.times ? [Number(values.times)] : scenario.times) {
      const { line, rounds } = await measure(scenario, times, Number(values.seconds));
      console.log(textOf(line));
      lines.push(line);
      results.push({ ...line, rounds });
    }
  }
  rmSync(folder, { recursive: true });
  if (values.out !== undefined)
    await writeResult(values.out, { cores: availableParallelism(), results });
  const isKept = lines.every(({ protected: { faults } }) => faults.length === 0);
  const provesNothing = lines.every(({ unprotected: { faults } }) => faults.length === 0);
  if (provesNothing) console.log('\nthe server without protection misses no limit either');
  if (!lines.every(({ protected: { isValid } }) => isValid)) process.exitCode = 2;
  else if (!isKept || provesNothing) process.exitCode = 1;
}
