import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { DecodePool, GPU_THREADS, readImageHeader } from '../src/decode/index.js';
import type { ImageInput } from '../src/engine/index.js';
import { loadKoffi, openCuda } from '../src/native/index.js';
import { openGpuPool } from './tools/open-gpu-pool.js';
import { writeResult } from './tools/write-result.js';

// Checks whether the GPU decodes like the native decoder: the same outcome for every file, and nearly the same pixels.
// Then decodes the same files many times, mixed, and records the memory.

const USAGE = `Usage: npm run bench:decoders -- [--count N] [--threads N] [--at-once N] [--out FILE] DIR ...

  --count N     number of decodes in the second part (default 100000)
  --threads N   threads that feed the JPEG units (default ${GPU_THREADS})
  --at-once N   images in flight (default 256)
  --out FILE    writes the figures as JSON
`;

const MAX_PIXELS = 25e6;
const INPUTS: Readonly<Record<string, ImageInput>> = {
  squash: { width: 224, height: 224, resize: 'squash' },
  shortest: { width: 224, height: 224, resize: { shortest: 256 } },
};
/** Number of memory samples in the second part. */
const SAMPLES = 10;
const MIB = 1024 * 1024;

interface Counts {
  gpu: number;
  native: number;
}

type Decode = (bytes: Buffer, input: ImageInput) => Promise<Uint8Array | string>;

/** Device memory in use, by all programs. */
function watchDevice(): () => number {
  // Makes the device current in this thread.
  openCuda();
  const getInfo = loadKoffi()
    .load('libcuda.so.1')
    .func('int cuMemGetInfo_v2(_Out_ size_t *free, _Out_ size_t *total)');
  return () => {
    const [free, total] = [[0], [0]];
    getInfo(free, total);
    return Number(total[0]) - Number(free[0]);
  };
}

function decodeWith(pool: DecodePool): Decode {
  return async (bytes, input) => {
    try {
      const header = readImageHeader(bytes, { maxPixels: MAX_PIXELS });
      const pixels = await pool.decode(Uint8Array.from(bytes), header, input, () => true);
      return pixels ?? 'not wanted';
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  };
}

/** Mean difference in grey levels over all samples. */
function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - Number(b[i])), 0) / a.length;
}

async function compare(files: readonly string[], input: ImageInput, native: Decode, gpu: Decode) {
  const differing: string[] = [];
  const rows: { readonly file: string; readonly difference: number }[] = [];
  for (const file of files) {
    const bytes = readFileSync(file);
    const [expected, actual] = [await native(bytes, input), await gpu(bytes, input)];
    const [outcome, other] = [expected, actual].map((one) =>
      typeof one === 'string' ? one : 'decoded',
    );
    if (outcome !== other) differing.push(`${basename(file)}: ${outcome} / ${other}`);
    if (typeof expected === 'string' || typeof actual === 'string') continue;
    rows.push({ file: basename(file), difference: meanDifference(expected, actual) });
  }
  const worst = rows.toSorted((a, b) => b.difference - a.difference).slice(0, 5);
  const mean = rows.reduce((sum, { difference }) => sum + difference, 0) / rows.length;
  return { files: files.length, compared: rows.length, differing, mean, worst };
}

async function soak(files: readonly string[], gpu: Decode, count: number, atOnce: number) {
  const usedBytes = watchDevice();
  const images = files.map((file) => readFileSync(file));
  const input = INPUTS['squash'] as ImageInput;
  const memory: { decodes: number; residentMib: number; deviceMib: number }[] = [];
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  let next = 0;
  async function feed(): Promise<void> {
    while (next < count) {
      const i = next++;
      if (i % Math.ceil(count / SAMPLES) === 0) sample(i);
      await gpu(images[i % images.length] as Buffer, input);
    }
  }
  function sample(decodes: number): void {
    const residentMib = Math.round(process.memoryUsage.rss() / MIB);
    const deviceMib = Math.round(usedBytes() / MIB);
    memory.push({ decodes, residentMib, deviceMib });
    console.log(
      `${decodes} decodes: ${residentMib} MiB resident, ${deviceMib} MiB of device memory`,
    );
  }
  await Promise.all(Array.from({ length: atOnce }, feed));
  sample(count);
  const ms = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpu);
  const cores = (user + system) / 1000 / ms;
  return { count, atOnce, imagesPerSecond: count / (ms / 1000), cores, memory };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '100000' },
    threads: { type: 'string', default: String(GPU_THREADS) },
    'at-once': { type: 'string', default: '256' },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help || positionals.length === 0) {
  console.log(USAGE);
} else {
  const files = positionals.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(jpe?g|png)$/i.test(name))
      .sort()
      .map((name) => join(folder, name)),
  );
  const counts: Counts = { gpu: 0, native: 0 };
  const threads = Number(values.threads);
  const nativePool = new DecodePool(availableParallelism(), { decoder: 'native' });
  const gpuPool = await openGpuPool(threads, (by) => {
    counts[by === 'gpu' ? 'gpu' : 'native']++;
  });
  const [native, gpu] = [decodeWith(nativePool), decodeWith(gpuPool)];
  const comparisons: Record<string, Awaited<ReturnType<typeof compare>>> = {};
  for (const [name, input] of Object.entries(INPUTS)) {
    const result = await compare(files, input, native, gpu);
    comparisons[name] = result;
    const { compared, differing, mean, worst } = result;
    console.log(
      `${name}: ${files.length} files, ${differing.length} with a different outcome; ${compared} images differ by ${mean.toFixed(2)} of 255 on average, by at most ${worst[0]?.difference.toFixed(2)} (${worst[0]?.file})`,
    );
    for (const line of differing) console.log(`  ${line} (native / gpu)`);
  }
  console.log(`the units decoded ${counts.gpu}, the native decoder ${counts.native}`);
  const compared = { ...counts };
  const soaked = await soak(files, gpu, Number(values.count), Number(values['at-once']));
  console.log(
    `${soaked.imagesPerSecond.toFixed(0)} images/s, ${soaked.cores.toFixed(1)} cores busy`,
  );
  await Promise.all([gpuPool.close(), nativePool.close()]);
  if (values.out !== undefined) {
    await writeResult(values.out, {
      comparisons,
      decodedBy: compared,
      soak: { threads, ...soaked },
    });
  }
}
