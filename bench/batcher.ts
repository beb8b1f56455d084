import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import type { BatcherObserver } from '../src/batcher/index.js';
import { Metrics } from '../src/server/telemetry/metrics.js';
import { ModelMetrics } from '../src/server/telemetry/model-metrics.js';
import { LIMITS, type Submit, throughBatcher, withoutBatcher } from './batcher/harness.js';
import { flatOutCost, type ItemCost, pacedCost } from './batcher/item-cost.js';
import { type QueueLengthCost, queueLengthCost } from './batcher/queue-length-cost.js';
import { median } from './tools/quantile.js';
import { writeResult } from './tools/write-result.js';

// Measures what the batcher's accounting costs: accepting, enqueueing, dispatching and settling, with a timer for each
// item's deadline, on the server's clock. Also measures whether the cost grows with the queue.

const USAGE = `Usage: npm run bench:batcher -- [--rate N] [--seconds S] [--rounds N] [--waiting 0,1000] [--out FILE]

  --rate N        items per second of the paced runs (default 100000)
  --seconds S     length of one run (default 2)
  --rounds N      runs of each case; the result is the median (default 7)
  --waiting LIST  queue lengths (default 0,1000,100000,1000000)
  --out FILE      writes the figures as JSON
`;

const TARGET_MICROS = 5;

interface Figure {
  readonly load: 'paced' | 'flat out';
  readonly harness: string;
  readonly itemsPerSecond: number;
  readonly cpuMicrosPerItem: number;
  /** The cost above that of the control. */
  readonly batcherMicrosPerItem: number;
  readonly rounds: readonly ItemCost[];
}

function serverMetrics(): BatcherObserver<Uint8Array> {
  const metrics = new ModelMetrics('demo', new Metrics([1, 2, 4, 8, 16, 32]));
  return {
    accepted: (count) => metrics.accepted(count),
    settled: (ended) => metrics.settled(ended as Parameters<ModelMetrics['settled']>[0]),
    dispatched: (size, paddedSize, reason) => metrics.dispatched(size, paddedSize, reason),
    ran: (lane, ms, size) => metrics.ran(String(lane), ms, size),
    laneChanged() {},
  };
}

const HARNESSES: Readonly<Record<string, Submit>> = {
  'control, no batcher': withoutBatcher,
  batcher: throughBatcher(),
  "batcher and the server's metrics": throughBatcher(serverMetrics()),
};

async function itemFigures(
  rate: number,
  seconds: number,
  rounds: number,
  bar: SingleBar,
): Promise<Figure[]> {
  const cases = (['paced', 'flat out'] as const).flatMap((load) =>
    Object.entries(HARNESSES).map(([harness, submit]) => ({
      load,
      harness,
      submit,
      costs: [] as ItemCost[],
    })),
  );
  for (const { submit } of cases) await flatOutCost(submit, 0.5);
  for (let round = 0; round < rounds; round++) {
    for (const { load, submit, costs } of cases) {
      costs.push(
        load === 'paced'
          ? await pacedCost(submit, rate, seconds)
          : await flatOutCost(submit, seconds),
      );
      bar.increment();
    }
  }
  return cases.map(({ load, harness, costs }) => {
    const control = cases.find((one) => one.load === load && one.submit === withoutBatcher);
    // Compares runs that follow each other, so that a drift of the machine affects both.
    const more = costs.map(
      ({ cpuMicrosPerItem }, i) => cpuMicrosPerItem - Number(control?.costs[i]?.cpuMicrosPerItem),
    );
    return {
      load,
      harness,
      itemsPerSecond: Math.round(median(costs.map((cost) => cost.itemsPerSecond))),
      cpuMicrosPerItem: median(costs.map((cost) => cost.cpuMicrosPerItem)),
      batcherMicrosPerItem: median(more),
      rounds: costs,
    };
  });
}

function printItemFigures(figures: readonly Figure[]): void {
  console.log('CPU time per item; batches of 32, one lane that answers at once');
  console.log(row(['load', 'harness', 'items/s', 'CPU us/item', 'over control']));
  for (const { load, harness, ...figure } of figures) {
    const { itemsPerSecond, cpuMicrosPerItem, batcherMicrosPerItem } = figure;
    const micros = [cpuMicrosPerItem, batcherMicrosPerItem].map((us) => us.toFixed(2));
    console.log(row([load, harness, String(itemsPerSecond), ...micros]));
  }
}

function row([load = '', harness = '', ...numbers]: readonly string[]): string {
  return load.padEnd(10) + harness.padEnd(34) + numbers.map((text) => text.padStart(14)).join('');
}

function printLengths(costs: readonly QueueLengthCost[]): void {
  console.log('\nCPU us/item by queue length');
  const head = ['waiting', 'enqueue', 'dispatch', 'cancel new', 'cancel any', 'heap B/item'];
  console.log(head.map((text) => text.padStart(12)).join(''));
  for (const { waiting, bytesPerItem = '-', ...cost } of costs) {
    const { enqueueMicros, dispatchMicros, cancelNewestMicros, cancelAnyMicros } = cost;
    const micros = [enqueueMicros, dispatchMicros, cancelNewestMicros, cancelAnyMicros];
    const texts = [String(waiting), ...micros.map((us) => us.toFixed(2)), String(bytesPerItem)];
    console.log(texts.map((text) => text.padStart(12)).join(''));
  }
}

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '7' },
    waiting: { type: 'string', default: '0,1000,100000,1000000' },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(USAGE);
} else {
  const [rate, seconds, rounds] = [values.rate, values.seconds, values.rounds].map(Number);
  const lengths = values.waiting.split(',').map(Number);
  const bar = new SingleBar({ format: '{bar} {value}/{total}', stream: process.stderr });
  bar.start(Number(rounds) * 6 + lengths.length, 0);
  const figures = await itemFigures(Number(rate), Number(seconds), Number(rounds), bar);
  const queueLengths: QueueLengthCost[] = [];
  for (const waiting of lengths) {
    queueLengths.push(await queueLengthCost(waiting));
    bar.increment();
  }
  bar.stop();
  printItemFigures(figures);
  printLengths(queueLengths);
  const paced = figures.find(({ load, harness }) => load === 'paced' && harness === 'batcher');
  const micros = Number(paced?.batcherMicrosPerItem);
  const verdict = micros < TARGET_MICROS ? 'met' : 'missed';
  console.log(
    `\nThe target of ${TARGET_MICROS} us per item, paced, is ${verdict} (${micros.toFixed(2)}).`,
  );
  if (values.out !== undefined) {
    await writeResult(values.out, { limits: LIMITS, rate, figures, queueLengths });
  }
}
