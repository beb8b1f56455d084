import { parseArgs } from 'node:util';
import {
  type Comparison,
  compareLanes,
  engineRuntime,
  Lane,
  PROVIDERS,
  type Precision,
  readModelFolder,
} from '../src/engine/index.js';
import { readGpuHost } from '../src/native/index.js';
import { decodeFolder } from '../src/tools/decode-folder.js';
import { writeResult } from './tools/write-result.js';

// Checks whether a provider gives the CPU's answers: every image of a folder at every position of a batch, and in
// padded batches, is compared with the CPU running each image alone.

const USAGE = `Usage: npm run bench:agreement -- --model DIR --images DIR [--provider tensorrt,cuda,webgpu]
                                   [--batch 8] [--max-batch 64] [--precision fp16] [--out FILE]
`;

interface Row extends Comparison {
  readonly model: string;
  readonly provider: string;
  readonly batches: string;
}

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/demo' },
    images: { type: 'string', default: 'images' },
    provider: { type: 'string', default: 'cpu' },
    batch: { type: 'string', default: '8' },
    'max-batch': { type: 'string', default: '64' },
    precision: { type: 'string', default: 'fp16' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const batch = Number(values.batch);
const maxBatchSize = Number(values['max-batch']);
const model = await readModelFolder(values.model);
const images = await decodeFolder(values.images, model);
const { gpus } = await readGpuHost();
const runtime = engineRuntime({
  model,
  modelFolder: values.model,
  gpus: gpus.length,
  precision: values.precision as Precision,
  maxBatchSize,
  build: true,
  allowCpuNodes: false,
  say: (line) => console.error(line),
  tick: () => {},
});
const sizes = { maxBatchSize, allowedBatchSizes: [] };
const cpu = await Lane.open(model, await runtime.prepare('cpu'), { ...sizes, maxBatchSize: 1 });
const rows: Row[] = [];
for (const provider of PROVIDERS.filter((one) => values.provider.split(',').includes(one))) {
  const lane = await Lane.open(model, await runtime.prepare(provider), sizes, []);
  const add = (batches: string, comparison: Comparison) =>
    rows.push({ model: model.manifest.name, provider, batches, ...comparison });
  for (let shift = 0; shift < batch; shift++) {
    // Rotated by one each time, so that every image takes every position.
    const turned = [...images.slice(shift), ...images.slice(0, shift)];
    add(`${batch}, rotated by ${shift}`, await compareLanes(cpu, lane, turned, batch));
  }
  for (const padded of [batch + 1, maxBatchSize]) {
    const some = images.slice(0, 3 * batch);
    add(`${batch} padded to ${padded}`, await compareLanes(cpu, lane, some, batch, padded));
  }
  await lane.close();
}
await cpu.close();

console.log(
  'model           provider  batches             images  largest     mean  sure  of them wrong',
);
for (const { model: name, provider, batches, ...row } of rows) {
  console.log(
    `${name.padEnd(15)} ${provider.padEnd(9)} ${batches.padEnd(18)} ${String(row.images).padStart(7)} ${row.largestDifference.toFixed(5).padStart(8)} ${row.meanDifference.toFixed(6).padStart(8)} ${String(row.sureImages).padStart(5)} ${String(row.sureTop1Differs).padStart(14)}`,
  );
}
if (values.out !== undefined) {
  await writeResult(values.out, { gpus: gpus.map(({ name }) => name), rows });
}
process.exit(0);
