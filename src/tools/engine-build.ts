import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
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
import { readFlags } from './read-flags.js';
import { runTool } from './run-tool.js';
import { wholeNumber } from './whole-number.js';

// npm run engine:build: builds a model's TensorRT engine before it is served, and compares its answers with the CPU's.

const USAGE = `Usage: npm run engine:build -- --model DIR [--precision fp16] [--max-batch N] [--device N] [--images DIR]

  --model DIR       folder of the model (default models/demo)
  --precision NAME  ${PRECISIONS.join(' or ')} (default fp16)
  --max-batch N     largest batch that the engine supports (default 64)
  --device N        index of the GPU (default 0)
  --images DIR      also compares the answers for these images, and removes an engine that differs too much
`;

async function main(): Promise<void> {
  const { values } = readFlags(USAGE, {
    options: {
      model: { type: 'string', default: 'models/demo' },
      precision: { type: 'string', default: 'fp16' },
      'max-batch': { type: 'string', default: '64' },
      device: { type: 'string', default: '0' },
      images: { type: 'string' },
    },
  });
  const precision = values.precision as Precision;
  const maxBatchSize = wholeNumber('--max-batch', values['max-batch'], 1, 1024);
  if (!PRECISIONS.includes(precision)) throw new NoEngineError('--precision must be fp16 or fp32');
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

await runTool(main, [ModelRefusedError, NoEngineError, EngineBuildError]);
