import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GpuLane } from '../decode/index.js';
import {
  adviceFor,
  engineRuntime,
  openEngine,
  PROVIDERS,
  readModelFolder,
} from '../engine/index.js';
import { GPU_LIBRARIES, type LibraryProbe, readGpuHost } from '../native/index.js';
import { table } from '../terminal/table.js';

const DEMO = fileURLToPath(new URL('../../../models/demo', import.meta.url));

type Row = readonly [what: string, state: string, details: string];

/** Needed only to build engines; beside TensorRT itself there is one such file, or one per GPU generation. */
function builderRow(libraries: readonly LibraryProbe[]): Row {
  const what = 'TensorRT builder resource';
  const nvinfer = libraries.find(({ file }) => file.startsWith('libnvinfer.so'))?.path;
  const folder = nvinfer === undefined ? undefined : dirname(nvinfer);
  const file =
    folder !== undefined && existsSync(folder)
      ? readdirSync(folder).find((name) => name.startsWith('libnvinfer_builder_resource'))
      : undefined;
  return file !== undefined && folder !== undefined
    ? [what, 'found', join(folder, file)]
    : [what, 'missing', 'needed to build engines, not to run them; install all of TensorRT 10'];
}

function libraryRow({ file, path, version, error }: LibraryProbe): Row {
  if (error === undefined) {
    return [file, version ?? 'found', path ?? ''];
  }
  const missing = error.split(':')[0] ?? file;
  const needs = missing.endsWith(file) ? '' : `needs ${missing}: `;
  return [file, 'missing', `${needs}${adviceFor(missing)}`];
}

function print(...rows: readonly Row[]): void {
  for (const line of table(rows, () => false)) console.log(line);
  console.log();
}

/** Prints in two tables what is installed on this host, and which providers run. */
export async function printGpuTables(): Promise<void> {
  const host = await readGpuHost(GPU_LIBRARIES);
  print(
    ['this host', 'state', 'path, or what to do'],
    [
      'NVIDIA driver',
      host.driver ?? 'missing',
      host.driver === undefined ? adviceFor('libcuda.so') : '',
    ],
    ...host.gpus.map(({ name, computeCapability, memoryBytes }, i): Row => {
      const gib = (memoryBytes / 2 ** 30).toFixed(0);
      return [`GPU ${i}`, 'found', `${name}, compute capability ${computeCapability}, ${gib} GiB`];
    }),
    ...host.libraries.map(libraryRow),
    builderRow(host.libraries),
  );
  const rows = await tryProviders(host.gpus.length);
  print(['provider', 'state', 'why'], ...rows);
  const chosen = rows.find(([, state]) => state !== 'no')?.[0];
  console.log(`engine.provider auto would select: ${chosen ?? 'none'}`);

  // A GPU decoder thread decodes the trial image before it replies.
  const unused = { take: () => new Uint8Array(), recycle() {} };
  const units = await GpuLane.open(unused).then(
    async (lane) => {
      await lane.close();
      return "gpu, because the JPEG units decode the trial image to the native decoder's pixels";
    },
    (error: Error) => `native, because the GPU does not decode JPEGs: ${error.message}`,
  );
  console.log(`decode.decoder auto would select: ${units}`);
}

/** Runs the demo model with each provider. */
async function tryProviders(gpus: number): Promise<Row[]> {
  const model = await readModelFolder(DEMO);
  const rows: Row[] = [];
  for (const provider of PROVIDERS) {
    const sizes = { maxBatchSize: 1, allowedBatchSizes: [] };
    const options = { precision: 'fp16', build: false, allowCpuNodes: false } as const;
    const request = { provider, lanesPerDevice: 1, sizes };
    const runtime = engineRuntime({
      ...options,
      model,
      modelFolder: DEMO,
      gpus: gpus,
      maxBatchSize: 1,
      say: () => {},
      tick: () => {},
    });
    try {
      const engine = await openEngine(model, request, runtime, () => {});
      await Promise.all(engine.lanes.map((lane) => lane.close()));
      rows.push([provider, 'works', 'the demo model ran']);
    } catch (error) {
      const details = String((error as Error).message).replace(/^[^:]*: /, '');
      const isEngineMissing = /engine\.build is false/.test(details);
      rows.push(
        isEngineMissing
          ? [provider, 'ready', 'nothing is missing; the server builds an engine for each model']
          : [provider, 'no', details],
      );
    }
  }
  return rows;
}
