import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { SingleBar } from 'cli-progress';
import { DecodePool, readImageHeader, UNIT_LIMITS } from '../src/decode/index.js';
import { openGpuPool } from './tools/open-gpu-pool.js';
import { median } from './tools/quantile.js';
import { writeResult } from './tools/write-result.js';

// Measures how many images per second the server's own decode pool decodes, by decoder, image and number of threads.
// The row "arithmetic" is the control: threads that only multiply integers show how far this machine scales.

const USAGE = `Usage: npm run bench:decode -- [--seconds S] [--rounds N] [--threads 1,2] [--decoders LIST]
                            [--out FILE] [IMAGE ...]

  --seconds S     length of one measurement (default 1)
  --rounds N      measurements of each case; the result is the median (default 3)
  --threads LIST  numbers of threads (default: 1, doubled up to the available cores)
  --decoders LIST some of native,jpeg-js,gpu (default native,jpeg-js); for gpu, the threads feed the JPEG units,
                  and images that these do not support go to the native decoder on every core
  --out FILE      writes the figures as JSON
`;

const INPUT = { width: 224, height: 224, resize: 'squash' } as const;

const DECODERS = ['native', 'jpeg-js', 'gpu'] as const;
const CONTROL = 'arithmetic';

interface Case {
  readonly decoder: (typeof DECODERS)[number] | typeof CONTROL;
  readonly image: string;
  readonly threads: number;
}

interface Figure extends Case {
  readonly imagesPerSecond: number;
  readonly rounds: readonly number[];
}

/** Rounds of 100,000 multiplications per second, over all threads. */
async function measureControl(threads: number, seconds: number): Promise<number> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const end = performance.now() + workerData;
    let rounds = 0;
    let x = 1;
    for (; performance.now() < end; rounds++) for (let i = 0; i < 1e5; i++) x = Math.imul(x, 31) + i;
    parentPort.postMessage(x === 0.5 ? 0 : rounds);`;
  const rounds = await Promise.all(
    Array.from({ length: threads }, () => {
      const worker = new Worker(code, { eval: true, workerData: seconds * 1000 });
      return new Promise<number>((resolve) => worker.once('message', resolve));
    }),
  );
  return rounds.reduce((sum, count) => sum + count, 0) / seconds;
}

/** Keeps every thread busy for `seconds` and counts the results. */
async function measure({ decoder, image, threads }: Case, seconds: number): Promise<number> {
  if (decoder === CONTROL) return measureControl(threads, seconds);
  const bytes = readFileSync(image);
  const header = readImageHeader(bytes, { maxPixels: 25e6 });
  const pool =
    decoder === 'gpu' ? await openGpuPool(threads) : new DecodePool(threads, { decoder });
  const atOnce = decoder === 'gpu' ? UNIT_LIMITS.images * (threads + 1) : threads * 3;
  let decoded = 0;
  let isOver = false;
  async function feed(): Promise<void> {
    while (!isOver) {
      const copy = Buffer.allocUnsafeSlow(bytes.length);
      bytes.copy(copy);
      const pixels = await pool.decode(copy, header, INPUT, () => true);
      if (pixels) pool.recycle(pixels);
      decoded++;
    }
  }
  const feeders = Array.from({ length: atOnce }, feed);
  await passed(Math.max(300, seconds * 300));
  decoded = 0;
  const startedMs = performance.now();
  await passed(seconds * 1000);
  const rate = decoded / ((performance.now() - startedMs) / 1000);
  isOver = true;
  await Promise.all(feeders);
  await pool.close();
  return rate;
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function powersOfTwo(max: number): number[] {
  const powers = [1];
  while (Number(powers.at(-1)) * 2 <= max) powers.push(Number(powers.at(-1)) * 2);
  return powers;
}

function sizeOf(image: string): string {
  const bytes = readFileSync(image);
  const { width, height } = readImageHeader(bytes, { maxPixels: 25e6 });
  return `${width}x${height}, ${Math.round(bytes.length / 1000)} kB`;
}

function print(figures: readonly Figure[], threads: readonly number[]): void {
  console.log(['decoder', 'image', ...threads.map((n) => `${n} thr`), 'gain'].map(cell).join(''));
  for (let i = 0; i < figures.length; i += threads.length) {
    const row = figures.slice(i, i + threads.length);
    const rates = row.map(({ imagesPerSecond }) => imagesPerSecond);
    const gain = Math.max(...rates) / Number(rates[0]);
    const { decoder = '', image = '' } = row[0] ?? {};
    const texts = [decoder, image && sizeOf(image), ...rates.map((rate) => rate.toFixed(0))];
    console.log([...texts, `${gain.toFixed(1)}x`].map(cell).join(''));
  }
}

function cell(text: string, column: number): string {
  return column < 2 ? text.padEnd(column === 0 ? 12 : 20) : text.padStart(8);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string' },
    decoders: { type: 'string', default: 'native,jpeg-js' },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(USAGE);
} else {
  const images = positionals.length > 0 ? positionals : ['images/2.jpg', 'images/3.jpg'];
  const threads = values.threads?.split(',').map(Number) ?? powersOfTwo(availableParallelism());
  const decoders = DECODERS.filter((decoder) => values.decoders.split(',').includes(decoder));
  const rows = [
    { decoder: CONTROL, image: '' } as const,
    ...decoders.flatMap((decoder) => images.map((image) => ({ decoder, image }))),
  ];
  const cases = rows.flatMap((row) => threads.map((count): Case => ({ ...row, threads: count })));
  const rounds = cases.map((): number[] => []);
  const bar = new SingleBar({ format: '{bar} {value}/{total}', stream: process.stderr });
  bar.start(cases.length * Number(values.rounds), 0);
  for (let round = 0; round < Number(values.rounds); round++) {
    // Every second round runs in reverse order, so that a drift of the machine affects all cases equally.
    const order = cases.map((_, i) => (round % 2 === 0 ? i : cases.length - 1 - i));
    for (const i of order) {
      rounds[i]?.push(await measure(cases[i] as Case, Number(values.seconds)));
      bar.increment();
    }
  }
  bar.stop();
  const figures = cases.map((one, i): Figure => {
    const rates = rounds[i] ?? [];
    return { ...one, imagesPerSecond: median(rates), rounds: rates };
  });
  print(figures, threads);
  if (values.out !== undefined) {
    const sizes = Object.fromEntries(images.map((image) => [basename(image), sizeOf(image)]));
    await writeResult(values.out, { sizes, figures });
  }
}
