import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import {
  curveFile,
  ModelRefusedError,
  PROVIDERS,
  type Provider,
  readModelFolder,
} from '../engine/index.js';
import { readGpuHost } from '../native/index.js';
import { configSchema } from '../server/config/config.js';
import { openEngineWithBar } from '../terminal/open-engine-with-bar.js';
import { table } from '../terminal/table.js';
import { readFlags, UsageError } from './read-flags.js';
import { runTool } from './run-tool.js';
import { ToolError } from './tool-error.js';
import { measureRuns } from './tune/measure-runs.js';
import { wholeNumber } from './whole-number.js';

// npm run tune:measure: measures the time of batches as the batcher sees it, including copying pixels and the way to
// the lane's thread and back, and saves it beside the model for npm run tune.

const USAGE = `Usage: npm run tune:measure -- --model DIR [--provider NAME] [--max-batch N] [--seconds S]

  --model DIR      folder of the model
  --provider NAME  auto, ${PROVIDERS.join(', ')} (default auto)
  --max-batch N    largest batch (default 32)
  --seconds S      duration of the measurement (default 20)
`;

const IMAGES = 64;
const DEFAULTS = configSchema.parse({}).engine;

async function measure(): Promise<void> {
  const { values } = readFlags(USAGE, {
    options: {
      model: { type: 'string' },
      provider: { type: 'string', default: 'auto' },
      'max-batch': { type: 'string', default: '32' },
      seconds: { type: 'string', default: '20' },
    },
  });
  if (values.model === undefined) throw new UsageError(USAGE);
  const provider = ['auto' as const, ...PROVIDERS].find((name) => name === values.provider);
  if (provider === undefined)
    throw new ToolError(`--provider must be auto, ${PROVIDERS.join(', ')}.`);
  const maxBatchSize = wholeNumber('--max-batch', values['max-batch'], 1, 1024);
  const seconds = wholeNumber('--seconds', values.seconds, 1, 600);
  await measureModel(resolve(values.model), provider, maxBatchSize, seconds);
}

async function measureModel(
  folder: string,
  provider: 'auto' | Provider,
  maxBatchSize: number,
  seconds: number,
): Promise<void> {
  const model = await readModelFolder(folder);
  const { gpus } = await readGpuHost([]);
  const say = (line: string) => console.error(line);
  const engine = await openEngineWithBar(
    model,
    { provider, lanesPerDevice: 1, sizes: { maxBatchSize, allowedBatchSizes: [] } },
    { ...DEFAULTS, modelFolder: folder, gpus: gpus.length },
    say,
  );
  const [lane] = engine.lanes;
  if (lane === undefined) throw new Error('no lane. This is a bug.');
  const images = Array.from({ length: IMAGES }, (_, i) =>
    new Uint8Array(model.imageBytes).map((_, at) => (at * (i + 1)) % 251),
  );
  const sizes = engine.curve.map(({ batchSize }) => batchSize);
  const runs = await measureRuns(lane, sizes, images, seconds * 1000);
  await lane.close();
  const device = engine.provider === 'cpu' ? 'cpu' : (gpus[0]?.name ?? 'gpu');
  const curve = engine.curve.map((point, i) => ({ ...point, runsMs: runs[i]?.runsMs ?? [] }));
  const file = curveFile(folder, engine.provider, device, '-runs');
  const measuredAt = new Date().toISOString();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `${JSON.stringify({ provider: engine.provider, device, measuredAt, curve })}\n`,
  );
  const rows = curve.map(({ batchSize, ms, runsMs }) => {
    const at = (share: number) => Number(runsMs[Math.floor(share * runsMs.length)]);
    const times = [ms, at(0.5), at(0.99)].map((value) => value.toFixed(2));
    return [String(batchSize), ...times, String(runsMs.length)];
  });
  const head = ['batch', 'curve ms', 'seen by the batcher: p50 ms', 'p99 ms', 'runs'];
  for (const line of table([head, ...rows], () => true)) console.log(line);
  console.log(`\nsaved to ${relative('.', file)}`);
}

await runTool(measure, [ModelRefusedError, TypeError]);
