import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { readGraph } from '../../engine/graph/index.js';
import {
  type Engine,
  findLabels,
  findWeightFiles,
  type Model,
  ModelRefusedError,
  readManifest,
  readModelFolder,
} from '../../engine/index.js';
import { readGpuHost } from '../../native/index.js';
import { type Config, configSchema } from '../../server/config/config.js';
import { curveTable } from '../../terminal/curve-table.js';
import { openEngineWithBar } from '../../terminal/open-engine-with-bar.js';
import { describeGraph, type Finding } from './describe-graph.js';
import { describeInput } from './describe-input.js';
import { findModelFiles } from './find-model-files.js';
import { findSource } from './import/find-source.js';
import { proposeModel } from './import/propose-model.js';
import { whatIsLeft } from './what-is-left.js';

const DEFAULTS = configSchema.parse({});

/**
 * Opens a model as the server would with its default configuration, and prints what it finds.
 *
 * @param path a model folder, or an ONNX file that is not yet in a model folder
 * @param provider the server's default if omitted
 * @throws {ModelRefusedError} one sentence that says what to change
 */
export async function checkModel(
  path: string,
  print: (line: string) => void,
  provider: Config['engine']['provider'] = DEFAULTS.engine.provider,
): Promise<void> {
  const files = findModelFiles(path);
  print(files.onnx);
  const tell = ([heading, text]: Finding) => print(`  ${heading.padEnd(8)}  ${text}`);
  const bytes = readFileSync(files.onnx);
  const graph = readGraph(bytes);
  const weights = await findWeightFiles(dirname(files.onnx), graph);
  const labels = await findLabels(files.folder, graph);
  const outputName = files.hasManifest ? (await readManifest(files.folder)).outputName : undefined;
  const wish = { outputName, classes: labels?.labels.length };
  for (const finding of describeGraph(graph, bytes.length, weights, wish)) tell(finding);
  const isInPlace = basename(files.onnx) === 'model.onnx';
  if (!isInPlace || !files.hasManifest || !labels) {
    const proposal = await proposeModel(findSource(files.onnx), graph);
    const left = whatIsLeft(path, files, labels !== undefined, proposal);
    if (left !== undefined) throw new ModelRefusedError(left);
  }
  const model = await readModelFolder(files.folder, { say: (line) => print(`  ${line}`) });
  tell(['image', describeImage(model)]);
  tell(['labels', describeLabels(model)]);
  tell(['batch', describeBatch(model)]);
  tell(['answers', model.batch.seen]);
  const engine = await open(model, files.folder, provider, print);
  try {
    tell(['engine', `${engine.provider}, warmed up in ${engine.warmUpMs.toFixed(0)} ms`]);
    for (const line of curveTable(engine.curve)) tell(['', line]);
  } finally {
    await Promise.all(engine.lanes.map((lane) => lane.close()));
  }
  print(`\nready: npm start -- --model ${files.folder}`);
}

async function open(
  model: Model,
  folder: string,
  provider: Config['engine']['provider'],
  say: (line: string) => void,
): Promise<Engine> {
  const request = { ...DEFAULTS.engine, provider };
  const gpus = provider === 'cpu' ? 0 : (await readGpuHost([])).gpus.length;
  return await openEngineWithBar(
    model,
    { ...request, sizes: DEFAULTS.batching },
    { ...request, modelFolder: resolve(folder), gpus },
    (line) => say(`  ${line}`),
  );
}

function describeImage({ manifest: { input } }: Model): string {
  const { channelOrder, mean, std } = input;
  return `${describeInput(input)}; ${channelOrder}, mean ${mean.join(' ')}, std ${std.join(' ')}`;
}

function describeLabels({ labels }: Model): string {
  const ends = labels.length > 1 ? `, "${labels[0]}" to "${labels.at(-1)}"` : '';
  return `${labels.length}${ends}`;
}

function describeBatch({ batch }: Model): string {
  if (batch.size !== undefined) return batch.size === 1 ? 'one image' : `always ${batch.size}`;
  return batch.isOpened ? 'any size, after a change of the graph' : 'any size';
}
