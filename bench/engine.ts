import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { SingleBar } from 'cli-progress';
import { Batcher } from '../src/batcher/index.js';
import {
  engineRuntime,
  Lane,
  type Model,
  PROVIDERS,
  type Precision,
  type Provider,
  readModelFolder,
  type Scores,
  type SessionSource,
} from '../src/engine/index.js';
import { readGpuHost } from '../src/native/index.js';
import { systemClock } from '../src/server/system-clock.js';
import type { SessionAloneData } from './session-alone.js';
import { writeResult } from './tools/write-result.js';

// Measures images per second by provider, lanes and batch size: of sessions alone, each in a thread that does nothing
// else, and of the same lanes when the batcher feeds them finished pixels. Their ratio shows the cost of the server.

const USAGE = `Usage: npm run bench:engine -- --model DIR [--model DIR ...] [--provider cpu,cuda] [--lanes 1,2] [--in-flight 1,2] [--batch 1,8,64]
                                [--seconds S] [--precision fp16] [--out FILE]
`;

interface Figure {
  readonly model: string;
  readonly provider: Provider;
  readonly lanes: number;
  /** Batches in flight per lane: one that runs, and the others in its inbox. */
  readonly inFlight: number;
  readonly batchSize: number;
  /** Rate of sessions alone; a string is the error. */
  readonly alone: number | string;
  readonly fed: number | string;
  readonly fedOverAlone: number;
  /** Delay of the main thread's event loop while it feeds the lanes. */
  readonly eventLoopP99Ms: number;
}

async function measureAlone(
  { manifest }: Model,
  source: SessionSource,
  lanes: number,
  batchSize: number,
  seconds: number,
): Promise<number | string> {
  const { width, height } = manifest.input;
  const data: SessionAloneData = { source, width, height };
  const answer = (worker: Worker) =>
    new Promise<number | string>((resolve) => {
      worker.once('message', resolve);
      worker.once('error', (error) => resolve(error.message.split('\n')[0] ?? ''));
    });
  const workers: Worker[] = [];
  try {
    for (let i = 0; i < lanes; i++) {
      const worker = new Worker(new URL('./session-alone.js', import.meta.url), {
        workerData: data,
      });
      workers.push(worker);
      const opened = await answer(worker);
      if (opened !== 'open') return String(opened);
    }
    const rates = await Promise.all(
      workers.map((worker) => {
        worker.postMessage({ batchSize, seconds });
        return answer(worker);
      }),
    );
    const failure = rates.find((rate) => typeof rate === 'string');
    return failure ?? rates.reduce((sum: number, rate) => sum + Number(rate), 0);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Keeps twice as many images waiting as the lanes hold, and counts the results. */
async function measureFed(
  model: Model,
  source: SessionSource,
  count: number,
  inFlight: number,
  batchSize: number,
  seconds: number,
): Promise<{ rate: number | string; eventLoopP99Ms: number }> {
  const lanes: Lane[] = [];
  const sizes = { maxBatchSize: batchSize, allowedBatchSizes: [] };
  try {
    while (lanes.length < count) lanes.push(await Lane.open(model, source, sizes, []));
    const limits = { ...sizes, maxQueueDelayMs: 0, maxQueueSize: 1e6 };
    const slots = lanes.flatMap((lane) => Array.from({ length: inFlight }, () => lane));
    const batcher = new Batcher<Uint8Array, Scores>({ clock: systemClock, limits, lanes: slots });
    const images = Array.from({ length: 256 }, () => new Uint8Array(model.imageBytes));
    let answered = 0;
    let isOver = false;
    const client = async (first: number) => {
      for (let i = first; !isOver; i = (i + 1) % images.length) {
        const [item] = batcher.accept(1, systemClock.now() + 60_000);
        if (!item) return;
        batcher.enqueue(item, images[i] as Uint8Array);
        await item.settled;
        answered++;
      }
    };
    const clients = Array.from({ length: 2 * (count * inFlight + 1) * batchSize }, (_, i) =>
      client(i % images.length),
    );
    await sleep(Math.min(1, seconds));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const [before, startedMs] = [answered, performance.now()];
    await sleep(seconds);
    const rate = (1000 * (answered - before)) / (performance.now() - startedMs);
    delay.disable();
    isOver = true;
    await Promise.all(clients);
    return { rate, eventLoopP99Ms: delay.percentile(99) / 1e6 };
  } catch (error) {
    return { rate: String((error as Error).message).split('\n')[0] ?? '', eventLoopP99Ms: 0 };
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

function print(figures: readonly Figure[]): void {
  const text = (rate: number | string) => (typeof rate === 'number' ? rate.toFixed(0) : 'failed');
  console.log(
    'model           provider  lanes  in flight  batch    alone      fed  fed/alone  loop p99 ms',
  );
  for (const {
    model,
    provider,
    lanes,
    inFlight,
    batchSize,
    alone,
    fed,
    fedOverAlone,
    eventLoopP99Ms,
  } of figures) {
    console.log(
      `${model.padEnd(15)} ${provider.padEnd(8)} ${String(lanes).padStart(6)} ${String(inFlight).padStart(10)} ${String(batchSize).padStart(6)} ${text(alone).padStart(8)} ${text(fed).padStart(8)} ${fedOverAlone.toFixed(2).padStart(10)} ${eventLoopP99Ms.toFixed(1).padStart(12)}`,
    );
    for (const one of [alone, fed]) if (typeof one === 'string') console.log(`  ${one}`);
  }
}

const { values } = parseArgs({
  options: {
    model: { type: 'string', multiple: true, default: ['models/demo'] },
    provider: { type: 'string', default: 'cpu' },
    lanes: { type: 'string', default: '1,2' },
    'in-flight': { type: 'string', default: '1,2' },
    batch: { type: 'string', default: '1,8,32' },
    seconds: { type: 'string', default: '1' },
    precision: { type: 'string', default: 'fp16' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const numbers = (text: string) => text.split(',').map(Number);
const inFlights = numbers(values['in-flight']);
const [lanes, batches, seconds] = [
  numbers(values.lanes),
  numbers(values.batch),
  Number(values.seconds),
];
const providers = PROVIDERS.filter((provider) => values.provider.split(',').includes(provider));
const { gpus } = await readGpuHost();
const figures: Figure[] = [];
const bar = new SingleBar({ format: '{bar} {value}/{total} {what}' });
bar.start(values.model.length * providers.length * lanes.length * batches.length, 0, { what: '' });
for (const folder of values.model) {
  const model = await readModelFolder(folder);
  for (const provider of providers) {
    const runtime = engineRuntime({
      model,
      modelFolder: folder,
      gpus: gpus.length,
      precision: values.precision as Precision,
      maxBatchSize: Math.max(...batches),
      build: true,
      allowCpuNodes: false,
      say: (line) => console.error(`\n${line}`),
      tick: () => {},
    });
    const source = await runtime.prepare(provider);
    for (const count of lanes) {
      for (const batchSize of batches) {
        const alone = await measureAlone(model, source, count, batchSize, seconds);
        for (const inFlight of inFlights) {
          const { rate: fed, eventLoopP99Ms } = await measureFed(
            model,
            source,
            count,
            inFlight,
            batchSize,
            seconds,
          );
          const fedOverAlone =
            typeof alone === 'number' && typeof fed === 'number' ? fed / alone : 0;
          figures.push({
            model: model.manifest.name,
            provider,
            lanes: count,
            inFlight,
            batchSize,
            alone,
            fed,
            fedOverAlone,
            eventLoopP99Ms,
          });
        }
        bar.increment(1, { what: `${model.manifest.name} ${provider}` });
      }
    }
  }
}
bar.stop();
print(figures);
if (values.out !== undefined) {
  await writeResult(values.out, { gpus: gpus.map(({ name }) => name), seconds, figures });
}
process.exit(0);
