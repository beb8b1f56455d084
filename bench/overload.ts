import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { type Check, generatorChecks, isMet, medianOf, overloadChecks } from './overload/checks.js';
import type { EngineSetup } from './overload/messages.js';
import { type RoundFigures, runRound } from './overload/run-round.js';
import { writeResult } from './tools/write-result.js';

// What becomes of the server at ten times its rate: an engine of a set capacity inside the real server, in a process
// of its own, and independent clients in another. The same with the queue's bound switched off must fail, or the
// checks prove nothing.

const USAGE = `Usage: npm run bench:overload -- [--batch N] [--batch-ms MS] [--queue N] [--times N] [--seconds S]
                               [--timeout-ms MS] [--rounds N] [--out FILE] [IMAGE ...]

  --batch N        largest batch of the engine (default 8)
  --batch-ms MS    milliseconds that a batch takes, whatever its size (default 80)
  --queue N        maxQueueSize (default 32)
  --times N        overload, of the engine's capacity (default 10)
  --seconds S      length of each load (default 10)
  --timeout-ms MS  deadline of each request (default 1000)
  --rounds N       undisturbed rounds; the median counts (default 3)
  --out FILE       where the figures go, as JSON

Rounds in which server or clients wait for a core are repeated, up to 5 times. Exit code 1 if the server fails a check,
or passes all without its bound; 2 if the cores were not free, or the generator was the limit.
`;

/** Share of the time that the server or its clients may be ready to run and have no core. */
const MAX_CORE_WAIT = 0.25;
const UNBOUNDED = 1_000_000;
/** The 16 kB class. */
const IMAGES = ['images/1.jpg', 'images/2.jpg', 'images/12.jpg', 'images/13.jpg'];

type Columns = readonly [readonly RoundFigures[], readonly RoundFigures[]];

function isUndisturbed({ server, overload }: RoundFigures): boolean {
  return Math.max(server.coreWait, overload.coreWait) <= MAX_CORE_WAIT;
}

/** All of them, if there is none. */
function undisturbed(rounds: readonly RoundFigures[]): readonly RoundFigures[] {
  const good = rounds.filter(isUndisturbed);
  return good.length > 0 ? good : rounds;
}

/** @returns whether each column keeps every limit */
function print(checks: readonly Check[], columns: Columns): [boolean, boolean] {
  const allMet: [boolean, boolean] = [true, true];
  for (const check of checks) {
    const cells = columns.map((rounds, column) => {
      const value = medianOf(check, rounds);
      const isGood = isMet(check, value);
      if (!isGood) allMet[column as 0 | 1] = false;
      const text = Number.isFinite(value) ? value.toFixed(check.digits) : '-';
      return `${text}${isGood ? '  ' : ' !'}`;
    });
    console.log(row([check.name, limitOf(check), ...cells]));
  }
  return allMet;
}

function limitOf({ atLeast, atMost }: Check): string {
  if (atLeast !== undefined) return `>= ${atLeast}`;
  return atMost === undefined ? '' : `<= ${atMost}`;
}

function row([name = '', limit = '', ...cells]: readonly string[]): string {
  return name.padEnd(34) + limit.padEnd(9) + cells.map((cell) => cell.padStart(14)).join('');
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '8' },
    'batch-ms': { type: 'string', default: '80' },
    queue: { type: 'string', default: '32' },
    times: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '10' },
    'timeout-ms': { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(USAGE);
} else {
  const bounded: EngineSetup = {
    maxBatchSize: Number(values.batch),
    batchMs: Number(values['batch-ms']),
    maxQueueDelayMs: 1,
    maxQueueSize: Number(values.queue),
    decodeThreads: 2,
  };
  const capacity = (bounded.maxBatchSize * 1000) / bounded.batchMs;
  const times = Number(values.times);
  const timeoutMs = Number(values['timeout-ms']);
  const load = {
    seconds: Number(values.seconds),
    timeoutMs,
    images: positionals.length > 0 ? positionals : IMAGES,
    warmSeconds: 0,
    // As many as can be waiting at once, and half more: a client that must wait for a socket is not independent.
    maxSockets: Math.ceil((1.5 * capacity * times * timeoutMs) / 1000),
  };
  const wanted = Number(values.rounds);
  const unbounded = { ...bounded, maxQueueSize: UNBOUNDED };
  const bar = new SingleBar({ format: '{bar} {value}/{total}', stream: process.stderr });
  bar.start(2 * wanted, 0);
  const all = { bounded: [] as RoundFigures[], unbounded: [] as RoundFigures[] };
  for (let tries = 0; tries < 5 * wanted; tries++) {
    for (const [engine, rounds] of [
      [bounded, all.bounded],
      [unbounded, all.unbounded],
    ] as const) {
      if (rounds.filter(isUndisturbed).length === wanted) continue;
      const round = await runRound({ engine, load, times });
      rounds.push(round);
      if (isUndisturbed(round)) bar.increment();
    }
  }
  bar.stop();
  const columns: Columns = [undisturbed(all.bounded), undisturbed(all.unbounded)];
  const { maxBatchSize, batchMs } = bounded;
  console.log(`${capacity} images/s (batches of ${maxBatchSize} in ${batchMs} ms), ${times}x\n`);
  console.log(row(['', 'limit', `queue ${bounded.maxQueueSize}  `, 'no bound  ']));
  const [boundedPasses, unboundedPasses] = print(overloadChecks(bounded), columns);
  const [isGeneratorFit] = print(generatorChecks(), columns);
  console.log(`\nwith its bound the server ${boundedPasses ? 'passes' : 'FAILS'};`);
  console.log(`without it, it ${unboundedPasses ? 'PASSES: the checks prove nothing' : 'fails'}`);
  if (!isGeneratorFit) console.log('the generator was the limit: offer less');
  const isFree = columns.every((rounds) => rounds.every(isUndisturbed));
  if (!isFree) console.log('the machine had no cores free for this: it proves little');
  if (values.out !== undefined) {
    const imageBytes = Object.fromEntries(load.images.map((file) => [file, statSync(file).size]));
    writeResult(values.out, { engine: bounded, times, load, imageBytes, rounds: all });
  }
  if (!boundedPasses || unboundedPasses) process.exitCode = 1;
  else if (!isGeneratorFit || !isFree) process.exitCode = 2;
}
