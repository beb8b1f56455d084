import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineRuntime, openEngine, readModelFolder } from '../engine/index.js';
import { adviceFor } from '../engine/explain-provider.js';
import { GPU_LIBRARIES, type LibraryProbe, readGpuHost } from '../engine/native/gpu-host.js';
import { PROVIDERS } from '../engine/provider.js';
import { GpuLane } from '../server/decode/gpu/gpu-lane.js';

// npm run gpu:check: what this host can do, in two tables: what is installed, and which provider runs.

const DEMO = fileURLToPath(new URL('../../../models/demo', import.meta.url));

interface Row {
  readonly what: string;
  readonly state: string;
  readonly details: string;
}

/** Needed to build engines only; one file, or one for each GPU generation, beside TensorRT itself. */
function builderRow(libraries: readonly LibraryProbe[]): Row {
  const what = 'TensorRT builder resource';
  const nvinfer = libraries.find(({ file }) => file.startsWith('libnvinfer.so'))?.path;
  const folder = nvinfer === undefined ? undefined : dirname(nvinfer);
  const file =
    folder !== undefined && existsSync(folder)
      ? readdirSync(folder).find((name) => name.startsWith('libnvinfer_builder_resource'))
      : undefined;
  return file !== undefined && folder !== undefined
    ? { what, state: 'found', details: join(folder, file) }
    : {
        what,
        state: 'missing',
        details: 'to build engines, not to run them: install all of TensorRT 10',
      };
}

function libraryRow({ file, path, version, error }: LibraryProbe): Row {
  if (error === undefined) {
    return { what: file, state: version ?? 'found', details: path ?? '' };
  }
  const missing = error.split(':')[0] ?? file;
  const needs = missing.endsWith(file) ? '' : `needs ${missing}: `;
  return { what: file, state: 'missing', details: `${needs}${adviceFor(missing)}` };
}

function print(heading: readonly [string, string, string], rows: readonly Row[]): void {
  const all = [heading, ...rows.map(({ what, state, details }) => [what, state, details] as const)];
  const widths = [0, 1].map((column) => Math.max(...all.map((row) => String(row[column]).length)));
  for (const [what, state, details] of all) {
    console.log(
      `${what.padEnd(Number(widths[0]))}  ${state.padEnd(Number(widths[1]))}  ${details}`,
    );
  }
  console.log();
}

const host = await readGpuHost(GPU_LIBRARIES);
print(
  ['this host', 'state', 'where, or what to do'],
  [
    {
      what: 'NVIDIA driver',
      state: host.driver ?? 'missing',
      details: host.driver === undefined ? adviceFor('libcuda.so') : '',
    },
    ...host.gpus.map(({ name, computeCapability, memoryBytes }, i) => ({
      what: `GPU ${i}`,
      state: 'found',
      details: `${name}, compute capability ${computeCapability}, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB`,
    })),
    ...host.libraries.map(libraryRow),
    builderRow(host.libraries),
  ],
);

const model = await readModelFolder(DEMO);
const rows: Row[] = [];
for (const provider of PROVIDERS) {
  const sizes = { maxBatchSize: 1, allowedBatchSizes: [] };
  const options = { precision: 'fp16', build: false, allowCpuNodes: false } as const;
  const wishes = { provider, lanesPerDevice: 1, sizes };
  const runtime = engineRuntime({
    ...options,
    model,
    modelFolder: DEMO,
    gpus: host.gpus.length,
    maxBatchSize: 1,
    say: () => {},
    tick: () => {},
  });
  try {
    const engine = await openEngine(model, wishes, runtime, () => {});
    await Promise.all(engine.lanes.map((lane) => lane.close()));
    rows.push({ what: provider, state: 'works', details: 'the demo model ran' });
  } catch (error) {
    const details = String((error as Error).message).replace(/^[^:]*: /, '');
    const isEngineMissing = /engine\.build is false/.test(details);
    rows.push(
      isEngineMissing
        ? {
            what: provider,
            state: 'ready',
            details: 'everything is there; the server builds an engine for each model',
          }
        : { what: provider, state: 'no', details },
    );
  }
}
print(['provider', 'state', 'why'], rows);
const taken = rows.find(({ state }) => state !== 'no')?.what;
console.log(`engine.provider auto would take: ${taken ?? 'none'}`);

// A thread of the GPU decoder decodes the trial image before it answers.
const unused = { take: () => new Uint8Array(), recycle() {} };
const units = await GpuLane.open(unused).then(
  async (lane) => {
    await lane.close();
    return "gpu, whose JPEG units decode the trial image to the native decoder's pixels";
  },
  (error: Error) => `native, because the GPU does not decode JPEGs: ${error.message}`,
);
console.log(`decode.decoder auto would take: ${units}`);
