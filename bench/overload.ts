import { statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { type Check, generatorChecks, isMet, medianOf, overloadChecks } from './overload/checks.js';
import type { EngineSetup } from './overload/messages.js';
import { type RoundFigures, runRound } from './overload/run-round.js';
import { writeResult } from './tools/write-result.js';

// Measures the server at ten times its rate: the real server with an engine of fixed capacity in one process, and
// independent clients in another. The same server without the queue bound must fail; otherwise the checks prove
// nothing.

const USAGE = `Usage: npm run bench:overload -- [--batch N] [--batch-ms MS] [--queue N] [--times N] [--seconds S]
                               [--timeout-ms MS] [--rounds N] [--out FILE] [IMAGE ...]

  --batch N        largest batch of the engine (default 8)
  --batch-ms MS    milliseconds that a batch takes, whatever its size (default 80)
  --queue N        maxQueueSize (default 32)
  --times N        load as a multiple of the engine's capacity (default 10)
  --seconds S      length of each load (default 10)
  --timeout-ms MS  deadline of each request (default 1000)
  --rounds N       undisturbed rounds; the result is the median (default 3)
  --out FILE       writes the figures as JSON

Rounds in which the server or the clients wait for a core are repeated, up to 5 times. The exit code is 1 if the server
fails a check, or passes all without its bound; it is 2 if cores were not free, or if the generator was the limit.
`;

/** The largest share of the time in which the server or the clients may be ready to run without a core. */
const MAX_CORE_WAIT = 0.25;
const UNBOUNDED = 1_000_000;
/** Images of about 16 kB. */
const IMAGES = ['images/1.jpg', 'images/2.jpg', 'images/12.jpg', 'images/13.jpg'];

type Columns = readonly [readonly RoundFigures[], readonly RoundFigures[]];

function isUndisturbed({ server, overload }: RoundFigures): boolean {
  return Math.max(server.coreWait, overload.coreWait) <= MAX_CORE_WAIT;
}

/** The undisturbed rounds; all rounds if there are none. */
function undisturbed(rounds: readonly RoundFigures[]): readonly RoundFigures[] {
  const good = rounds.filter(isUndisturbed);
  return good.length > 0 ? good : rounds;
}

/** @returns for each column, whether it meets every limit */
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
    // 1.5 times the number of requests that can wait at once: a client that waits for a socket would not be
    // independent.
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
  console.log(`\nwith the queue bound, the server ${boundedPasses ? 'passes' : 'FAILS'};`);
  console.log(
    `without it, the server ${unboundedPasses ? 'PASSES: the checks prove nothing' : 'fails'}`,
  );
  if (!isGeneratorFit) console.log('the generator was the limit: use a lower load');
  const isFree = columns.every((rounds) => rounds.every(isUndisturbed));
  if (!isFree) console.log('other programs used the cores: the result is not reliable');
  if (values.out !== undefined) {
    const imageBytes = Object.fromEntries(load.images.map((file) => [file, statSync(file).size]));
    writeResult(values.out, { engine: bounded, times, load, imageBytes, rounds: all });
  }
  if (!boundedPasses || unboundedPasses) process.exitCode = 1;
  else if (!isGeneratorFit || !isFree) process.exitCode = 2;
}
