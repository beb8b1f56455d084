import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { readImageHeader } from '../src/decode/index.js';
import type { CandidateThreadData } from './jpeg/candidate-thread.js';
import { CANDIDATES } from './jpeg/candidates.js';
import { median } from './tools/quantile.js';
import { writeResult } from './tools/write-result.js';

// Compares ways to decode JPEGs in Node: their speed, and their difference from Pillow's pixels. No resize is included.

const USAGE = `Usage: npm run bench:jpeg -- [--packages DIR] [--python FILE] [--seconds S] [--rounds N] [--threads 1,2]
                          [--out FILE] DIR

  DIR             a folder of JPEGs; those that are not RGB are skipped
  --packages DIR  where sharp, @cornerstonejs/codec-libjpeg-turbo-8bit and @cwasm/jpeg-turbo were installed
  --python FILE   an interpreter that has Pillow (default python3)
  --seconds S     length of one measurement (default 1)
  --rounds N      measurements of each candidate; the result is the median (default 5)
  --threads LIST  numbers of threads (default 1,2)
`;

interface Difference {
  readonly equal: number;
  readonly mean: number;
  readonly max: number;
}

function jpegsOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
    .map((name) => join(folder, name))
    .filter((file) => headerOf(file).colour === 'rgb');
}

function headerOf(file: string) {
  return readImageHeader(readFileSync(file), { maxPixels: 100e6 });
}

/** Pillow's rasters, by file, and its version. */
function pillowRasters(python: string, files: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'pillow-rasters-'));
  try {
    const program = ['bench/jpeg/pillow-rasters.py', folder, ...files];
    const version = execFileSync(python, program, { encoding: 'utf8' }).trim();
    const rasters = new Map(
      files.map((file) => [file, readFileSync(join(folder, `${basename(file)}.rgb`))]),
    );
    return { version, rasters };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function compare(
  name: string,
  packages: string,
  rasters: ReadonlyMap<string, Buffer>,
): Promise<Difference> {
  const decode = await CANDIDATES[name]?.(packages);
  const rows: { sum: number; samples: number; max: number }[] = [];
  for (const [file, expected] of rasters) {
    const actual = (await decode?.(readFileSync(file), headerOf(file))) ?? new Uint8Array();
    if (actual.length !== expected.length) throw new Error(`${file}: ${actual.length} bytes`);
    let sum = 0;
    let max = 0;
    for (const [i, value] of expected.entries()) {
      const difference = Math.abs(value - Number(actual[i]));
      sum += difference;
      if (difference > max) max = difference;
    }
    rows.push({ sum, samples: expected.length, max });
  }
  const total = (of: (row: (typeof rows)[number]) => number) =>
    rows.reduce((sum, row) => sum + of(row), 0);
  return {
    equal: rows.filter(({ max }) => max === 0).length,
    mean: total(({ sum }) => sum) / total(({ samples }) => samples),
    max: Math.max(...rows.map(({ max }) => max)),
  };
}

/** Images per second of `threads` threads together. */
async function measure(data: CandidateThreadData, threads: number): Promise<number> {
  const rates = await Promise.all(
    Array.from({ length: threads }, () => {
      const url = new URL('./jpeg/candidate-thread.js', import.meta.url);
      const worker = new Worker(url, { workerData: data });
      return new Promise<number>((resolve, reject) => {
        worker.once('message', ({ images, ms }) => resolve((images / ms) * 1000));
        worker.once('error', reject);
      });
    }),
  );
  return rates.reduce((sum, rate) => sum + rate, 0);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    packages: { type: 'string', default: '.' },
    python: { type: 'string', default: 'python3' },
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1,2' },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const [folder] = positionals;
if (values.help || folder === undefined) {
  console.log(USAGE);
} else {
  const files = jpegsOf(folder);
  const { version, rasters } = pillowRasters(values.python, files);
  const { packages } = values;
  const seconds = Number(values.seconds);
  const rounds = Number(values.rounds);
  const threads = values.threads.split(',').map(Number);
  const differences = new Map<string, Difference>();
  for (const name of Object.keys(CANDIDATES)) {
    try {
      differences.set(name, await compare(name, packages, rasters));
    } catch (error) {
      console.log(`${name} is skipped: ${error instanceof Error ? error.message : error}`);
    }
  }
  const cases = [...differences.keys()].flatMap((name) =>
    threads.map((count) => ({ name, threads: count, rates: [] as number[] })),
  );
  for (let round = 0; round < rounds; round++) {
    // Every second round runs in reverse order, so that a drift of the machine affects all equally.
    for (const one of round % 2 === 0 ? cases : cases.toReversed()) {
      const data = { candidate: one.name, packages, files, seconds };
      one.rates.push(await measure(data, one.threads));
    }
  }
  const figures = [...differences].map(([name, difference]) => {
    const rates = cases.filter((one) => one.name === name);
    return {
      name,
      imagesPerSecond: Object.fromEntries(rates.map((one) => [one.threads, median(one.rates)])),
      ...difference,
    };
  });
  console.log(`${files.length} photos; ${version}`);
  for (const { name, imagesPerSecond, equal, mean, max } of figures) {
    const rates = threads.map((count) => `${imagesPerSecond[count]?.toFixed(0)}/s`.padStart(8));
    const pixels = `${equal} equal, mean difference ${mean.toFixed(3)}, max ${max}`;
    console.log(`${name.padEnd(42)}${rates.join('')}   ${pixels}`);
  }
  if (values.out !== undefined) {
    await writeResult(values.out, {
      photos: files.length,
      pillow: version,
      seconds,
      rounds,
      figures,
    });
  }
}
