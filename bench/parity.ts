import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DecodePool, readImageHeader } from '../src/decode/index.js';
import { type Model, readModelFolder } from '../src/engine/index.js';
import { compareAnswer, type Difference } from '../src/tools/parity/compare-answer.js';
import { postImage } from '../src/tools/parity/post-image.js';
import { readReference } from '../src/tools/parity/read-reference.js';
import { serve } from './http/serve.js';
import { openGpuPool } from './tools/open-gpu-pool.js';
import { writeResult } from './tools/write-result.js';

// How near the server's pixels and answers are to those of Pillow, torchvision and onnxruntime in Python, for each
// filter and each way to the size of the input.

const USAGE = `Usage: npm run bench:parity -- --model DIR --images DIR [--python FILE] [--decoder native] [--out FILE]

  --model DIR     a model folder with logits and an input of 224x224; its resize is replaced
  --images DIR    a folder of .jpg files
  --python FILE   an interpreter that has Pillow, numpy and onnxruntime (default python3)
  --decoder NAME  native (default), jpeg-js or gpu
`;

const CASES: Readonly<Record<string, object>> = {
  nearest: { resize: { shortest: 256 }, filter: 'nearest' },
  bilinear: { resize: { shortest: 256 } },
  bicubic: { resize: { shortest: 256 }, filter: 'bicubic' },
  lanczos: { resize: { shortest: 256 }, filter: 'lanczos' },
  'bilinear, offset rounded down': { resize: { shortest: 256 }, cropRounding: 'floor' },
  'bilinear, squashed': { resize: 'squash' },
  'bicubic, squashed, 0.875 of it': { resize: 'squash', crop: 0.875, filter: 'bicubic' },
  'lanczos, to 256x256': { resize: { width: 256, height: 256 }, filter: 'lanczos' },
  'bicubic, padded': { resize: 'squash', pad: [114, 114, 114], filter: 'bicubic' },
};

interface Figures {
  readonly images: number;
  /** Images of which all pixels are equal, the largest difference, and its mean over all samples, of 255. */
  readonly pixels: { readonly equal: number; readonly largest: number; readonly mean: number };
  readonly firstClassesChanged: number;
  /** Differences of probabilities: the largest, and the mean of the largest of each image. */
  readonly largest: number;
  readonly meanOfLargest: number;
}

interface Place {
  readonly images: string;
  /** Where reference.py wrote. */
  readonly out: string;
  readonly decoder: string;
}

async function measure(name: string, folder: string, place: Place): Promise<Figures> {
  const model = await readModelFolder(folder);
  const reference = readReference(join(place.out, `${name}.json`), model.labels.length);
  const config = { decode: { decoder: place.decoder } };
  const server = await serve({ root: '.', model: folder, config, cores: undefined });
  const pool =
    place.decoder === 'gpu'
      ? await openGpuPool(1)
      : new DecodePool(1, { decoder: place.decoder === 'jpeg-js' ? 'jpeg-js' : 'native' });
  const differences: (Difference & { readonly pixels: { largest: number; mean: number } })[] = [];
  try {
    for (const [file, probabilities] of reference) {
      const path = join(place.images, file);
      const answer = await postImage(server.url, model.manifest.name, path);
      const pixels = await pixelDifference(pool, model, path, join(place.out, name, file));
      differences.push({ pixels, ...compareAnswer(answer, probabilities, model.labels) });
    }
  } finally {
    await Promise.all([server.stop(), pool.close()]);
  }
  const largest = differences.map((one) => one.largest);
  const largestPixels = differences.map(({ pixels }) => pixels.largest);
  return {
    images: differences.length,
    pixels: {
      equal: largestPixels.filter((value) => value === 0).length,
      largest: Math.max(...largestPixels),
      mean: mean(differences.map(({ pixels }) => pixels.mean)),
    },
    firstClassesChanged: differences.filter(({ isFirstSame }) => !isFirstSame).length,
    largest: Math.max(...largest),
    meanOfLargest: mean(largest),
  };
}

/** The largest and the mean of the differences of all samples. */
async function pixelDifference(
  pool: DecodePool,
  model: Model,
  file: string,
  reference: string,
): Promise<{ readonly largest: number; readonly mean: number }> {
  const bytes = Uint8Array.from(readFileSync(file));
  const header = readImageHeader(Buffer.from(bytes), { maxPixels: 100e6 });
  const pixels = await pool.decode(bytes, header, model.manifest.input, () => true);
  const expected = readFileSync(`${reference}.rgb`);
  let largest = 0;
  let sum = 0;
  for (const [i, value] of expected.entries()) {
    const difference = Math.abs(value - Number(pixels?.[i]));
    largest = Math.max(largest, difference);
    sum += difference;
  }
  return { largest, mean: sum / expected.length };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    images: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    decoder: { type: 'string', default: 'native' },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const { model, images, python, decoder } = values;
if (values.help || model === undefined || images === undefined) {
  console.log(USAGE);
} else {
  const work = mkdtempSync(join(tmpdir(), 'parity-'));
  try {
    const manifest = JSON.parse(readFileSync(join(model, 'model.json'), 'utf8'));
    const { width, height, mean: average, std } = manifest.input;
    const inputs = Object.fromEntries(
      Object.entries(CASES).map(([name, geometry]) => [
        name,
        { width, height, channelOrder: 'rgb', mean: average, std, ...geometry },
      ]),
    );
    const casesFile = join(work, 'cases.json');
    const out = join(work, 'reference');
    writeFileSync(casesFile, JSON.stringify(inputs));
    const program = [
      'bench/parity/reference.py',
      join(model, 'model.onnx'),
      casesFile,
      images,
      out,
    ];
    const versions = execFileSync(python, program, { encoding: 'utf8' }).trim();
    console.log(`${decoder}, against ${versions}`);
    const figures: Record<string, Figures> = {};
    for (const [name, input] of Object.entries(inputs)) {
      const folder = join(work, 'model');
      mkdirSync(folder, { recursive: true });
      for (const file of ['model.onnx', 'labels.txt'])
        copyFileSync(join(model, file), join(folder, file));
      writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...manifest, input }));
      const row = await measure(name, folder, { images, out, decoder });
      figures[name] = row;
      const { pixels } = row;
      console.log(
        `${name.padEnd(32)}${pixels.equal} of ${row.images} equal, pixels differ by ${pixels.largest} at most, ${pixels.mean.toFixed(4)} on average; ${row.firstClassesChanged} first classes changed, largest difference ${row.largest.toFixed(5)}, ${row.meanOfLargest.toFixed(5)} on average`,
      );
    }
    if (values.out !== undefined)
      await writeResult(values.out, { reference: versions, decoder, figures });
  } finally {
    rmSync(work, { recursive: true });
  }
}
