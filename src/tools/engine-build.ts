import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  compareWithCpu,
  describe,
  differsTooMuch,
  EngineBuildError,
  keepComparison,
  ModelRefusedError,
  NoEngineError,
  PRECISIONS,
  type Precision,
  prepareEngine,
  readModelFolder,
} from '../engine/index.js';
import { decodeFolder } from './decode-folder.js';

// npm run engine:build -- --model DIR [--precision fp16] [--max-batch 64] [--device 0] [--images DIR]: builds a model's
// TensorRT engine before it is served, and compares its answers with the CPU's.

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/demo' },
    precision: { type: 'string', default: 'fp16' },
    'max-batch': { type: 'string', default: '64' },
    device: { type: 'string', default: '0' },
    images: { type: 'string' },
  },
});

async function main(): Promise<void> {
  const precision = values.precision as Precision;
  const maxBatchSize = Number(values['max-batch']);
  if (!PRECISIONS.includes(precision)) throw new NoEngineError('--precision must be fp16 or fp32');
  if (!Number.isInteger(maxBatchSize) || maxBatchSize < 1) {
    throw new NoEngineError('--max-batch must be a whole number of at least 1');
  }
  const visible = process.env['CUDA_VISIBLE_DEVICES']?.split(',');
  // An index into the GPUs that are visible already; the code below uses the first GPU that it sees.
  process.env['CUDA_VISIBLE_DEVICES'] = visible?.[Number(values.device)] ?? values.device;
  const modelFolder = resolve(values.model);
  const model = await readModelFolder(modelFolder);
  const engine = await prepareEngine({
    model,
    modelFolder,
    precision,
    maxBatchSize,
    build: true,
    say: (line) => console.log(line),
    tick: (seconds) => process.stdout.isTTY && process.stdout.write(`\rbuilding: ${seconds} s \r`),
  });
  console.log(`engine: ${engine.folder}`);
  if (values.images === undefined) return;
  const images = await decodeFolder(values.images, model);
  const comparison = await compareWithCpu(model, engine, images);
  console.log(`${values.images}: ${describe(comparison)}`);
  if (differsTooMuch(comparison)) {
    rmSync(engine.folder, { recursive: true });
    throw new EngineBuildError(
      `the engine was refused and removed: for more than 1 % of the images its first class differs from the CPU's; try --precision fp32`,
    );
  }
  await keepComparison(engine, 'real', comparison);
}

try {
  await main();
} catch (error) {
  const isKnown =
    error instanceof ModelRefusedError ||
    error instanceof NoEngineError ||
    error instanceof EngineBuildError;
  if (!isKnown) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
