import { parseArgs } from 'node:util';
import { LatencyCurve } from '../src/batcher/index.js';
import { Lane, readModelFolder } from '../src/engine/index.js';
import { poissonArrivals } from '../src/tools/tune/arrivals.js';
import { measureRuns } from '../src/tools/tune/measure-runs.js';
import { seededRandom } from '../src/tools/tune/seeded-random.js';
import { writeResult } from './tools/write-result.js';
import { capacityOf, compareRound, type Round, TIMEOUT_MS } from './tune/compare-round.js';
import { untilQuiet, watchOthers } from './tune/others-cpu.js';
import { playLive } from './tune/play-live.js';
import { LOADS, MOST_OTHERS_CORES, quietRounds, sumUp, WINDOWS_MS } from './tune/sum-up.js';

// Checks the predictions of npm run tune: the same arrivals go through the batcher on virtual time and on a real lane.

const USAGE = `Usage: npm run bench:tune -- --model DIR [--max-batch N] [--seconds S] [--rounds N] [--out FILE]

  --model DIR     a model whose batches take several milliseconds on this CPU
  --max-batch N   largest batch (default 8)
  --seconds S     length of each load (default 8)
  --rounds N      undisturbed rounds of each setting; the result is the median (default 3)
  --out FILE      writes the figures as JSON

It uses loads of 50 and 80 % of capacity and windows of 0, 2 and 10 ms. Pixels go straight into the batcher; nothing is decoded.
The lane's runs are measured before and after each round. A round in which other programs use more than 0.1 cores, or in which
the lane's speed drifts by more than 3 %, is repeated, up to three times as many rounds. The exit code is 1 if a simulated p99
is off by more than 20 %, and 2 if the machine was not quiet.
`;

const MOST_OFF = 0.2;
const QUIET_WITHIN_MS = 300_000;
const MOST_TRIES = 20;
const CALIBRATION_MS = 3000;

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    'max-batch': { type: 'string', default: '8' },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});

async function main(folder: string): Promise<void> {
  const maxBatchSize = Number(values['max-batch']);
  const wanted = Number(values.rounds);
  const model = await readModelFolder(folder);
  const source = {
    provider: 'cpu',
    model: model.graph,
    weightsFolder: model.weights?.folder,
    allowCpuNodes: false,
  } as const;
  await untilQuiet(MOST_OTHERS_CORES, QUIET_WITHIN_MS);
  const lane = await Lane.open(model, source, { maxBatchSize, allowedBatchSizes: [] });
  const random = seededRandom(1);
  const images = Array.from({ length: 64 }, () =>
    Uint8Array.from({ length: model.imageBytes }, () => random() * 256),
  );
  const sizes = lane.curve.map(({ batchSize }) => batchSize);
  const curve = new LatencyCurve(lane.curve);
  console.log(
    'curve',
    lane.curve.map(({ batchSize, ms }) => `${batchSize}: ${ms.toFixed(2)}`).join('  '),
  );
  await measureRuns(lane, sizes, images, 1000);
  const rounds: Round[] = [];
  let seed = 1;
  for (let tries = 0; tries < 3 * wanted; tries++) {
    for (const load of LOADS) {
      for (const windowMs of WINDOWS_MS) {
        if (quietRounds(rounds, load, windowMs).length >= wanted) continue;
        const before = await measureWhenQuiet(() =>
          measureRuns(lane, sizes, images, CALIBRATION_MS),
        );
        const perSecond = load * capacityOf(before);
        const limits = {
          maxBatchSize,
          maxQueueDelayMs: windowMs,
          allowedBatchSizes: [],
          maxQueueSize: 1024,
        };
        const [all = []] = poissonArrivals(perSecond).atProcesses(1, seed++);
        const timesMs = all.filter((ms) => ms < Number(values.seconds) * 1000);
        const live = await playLive(lane, limits, TIMEOUT_MS, timesMs, images);
        const after = await measureRuns(lane, sizes, images, CALIBRATION_MS);
        rounds.push(
          await compareRound({
            load,
            windowMs,
            perSecond,
            limits,
            timesMs,
            before,
            after,
            curve,
            live,
          }),
        );
        print(rounds.at(-1) as Round);
      }
    }
  }
  await lane.close();
  const settings = sumUp(rounds);
  report(settings, wanted);
  const setup = { folder: model.manifest.name, maxBatchSize, curve: lane.curve };
  if (values.out !== undefined) await writeResult(values.out, { setup, settings, rounds });
}

/** Measures while the machine is quiet; if it never is, returns the last measurement. */
async function measureWhenQuiet<T>(measure: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    await untilQuiet(MOST_OTHERS_CORES, QUIET_WITHIN_MS);
    const othersCores = watchOthers();
    const measured = await measure();
    if (tries === MOST_TRIES || othersCores() <= MOST_OTHERS_CORES) return measured;
  }
}

function print({
  load,
  windowMs,
  live,
  slowdown,
  drift,
  curveP99Ms,
  spreadP99Ms,
  spreadP50Ms,
  spreadMeanBatchSize,
}: Round) {
  console.log(
    `${load} w${windowMs} p50 ${live.p50Ms.toFixed(1)}/${spreadP50Ms.toFixed(1)} p99 ${live.p99Ms.toFixed(1)} curve ${curveP99Ms.toFixed(1)} spread ${spreadP99Ms.toFixed(1)} batch ${live.meanBatchSize.toFixed(2)}/${spreadMeanBatchSize.toFixed(2)} slowdown ${slowdown.toFixed(3)} drift ${drift.toFixed(3)} others ${live.othersCores.toFixed(2)} wait ${live.coreWait.toFixed(3)} late ${live.generatorLatestMs.toFixed(1)} busy ${live.busyShare.toFixed(2)} lost ${live.lost}`,
  );
}

function report(settings: ReturnType<typeof sumUp>, wanted: number): void {
  console.table(settings);
  const isMet = settings.every(({ off }) => Math.abs(off) <= MOST_OFF);
  const isQuiet = settings.every((setting) => setting.quietRounds >= wanted);
  console.log(
    isMet ? 'every simulated p99 is within 20 %' : 'a simulated p99 is more than 20 % off',
  );
  if (!isQuiet) console.log('other programs used the machine: the result is not reliable');
  if (!isMet) process.exitCode = 1;
  else if (!isQuiet) process.exitCode = 2;
}

if (values.model === undefined) console.log(USAGE);
else await main(values.model);
