import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type Graph,
  givesProbabilities,
  makeBatchDynamic,
  readGraph,
} from '../../engine/graph/index.js';
import {
  BatchProof,
  type Engine,
  type Lane,
  type Model,
  ModelRefusedError,
  PROOF_BATCH_SIZE,
  readModelFolder,
  ScoresNotFiniteError,
  seededImages,
} from '../../engine/index.js';
import { readGpuHost } from '../../native/index.js';
import { type Config, configSchema } from '../../server/config/config.js';
import { curveTable } from '../../terminal/curve-table.js';
import { openEngineWithBar } from '../../terminal/open-engine-with-bar.js';
import { describeGraph, type Finding } from './describe-graph.js';
import { describeInput } from './describe-input.js';
import { findModelFiles } from './find-model-files.js';
import { whatIsLeft } from './what-is-left.js';

const DEFAULTS = configSchema.parse({});

/**
 * Opens a model as the server would with its default configuration, runs a batch, and prints what it finds.
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
  const parsed = readGraph(bytes);
  for (const finding of describeGraph(parsed, bytes.length)) tell(finding);
  makeBatchDynamic(bytes);
  const left = whatIsLeft(files, parsed);
  if (left !== undefined) throw new ModelRefusedError(left);

  const opened: string[] = [];
  const model = await readModelFolder(files.folder, (line) => opened.push(line));
  tell(['image', describeImage(model)]);
  tell(['labels', describeLabels(model)]);
  tell(['batch', opened.length > 0 ? 'was fixed at 1 and is now dynamic' : 'any size']);
  const engine = await open(model, files.folder, provider, print);
  try {
    const [lane] = engine.lanes as [Lane];
    tell(['engine', `${engine.provider}, warmed up in ${engine.warmUpMs.toFixed(0)} ms`]);
    for (const line of curveTable(engine.curve)) tell(['', line]);
    tell(['answers', await tryBatch(lane, model)]);
    await checkScores(lane, model, parsed);
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

/** One batch against each of its images alone. */
async function tryBatch(lane: Lane, { manifest }: Model): Promise<string> {
  const { width, height } = manifest.input;
  const proof = await BatchProof.take(lane, width, height);
  if (!proof.canTell) return 'the same for every test image, which is suspicious';
  const { isSame, largestDifference } = await proof.hold(lane);
  if (isSame)
    return `a batch of ${PROOF_BATCH_SIZE} gives the same answers as ${PROOF_BATCH_SIZE} single runs`;
  throw new ModelRefusedError(
    `a batch of ${PROOF_BATCH_SIZE} gives different answers from ${PROOF_BATCH_SIZE} single runs, by up to ${largestDifference.toPrecision(2)}: an image's answer depends on the other images of its batch; export the model in evaluation mode, without dynamic quantisation`,
  );
}

/** Checks that `output` in model.json matches what the graph gives. */
async function checkScores(lane: Lane, { manifest }: Model, parsed: Graph): Promise<void> {
  const { width, height } = manifest.input;
  if (manifest.output === 'logits') {
    if (!givesProbabilities(parsed)) return;
    throw new ModelRefusedError(
      'the graph ends in a softmax or a sigmoid, but model.json says that its output is logits; set output to "probabilities"',
    );
  }
  for (const scores of await lane.run(seededImages(4, width, height), 4)) {
    if (scores instanceof ScoresNotFiniteError) continue;
    const odd = scores.confidence.find((one) => one < -0.001 || one > 1.001);
    if (odd === undefined) continue;
    throw new ModelRefusedError(
      `model.json says that the output is probabilities, but a score is ${odd.toPrecision(3)}; set output to "logits"`,
    );
  }
}
