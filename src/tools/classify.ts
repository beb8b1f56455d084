import { DecoderRefusedError } from '../decode/index.js';
import { ModelRefusedError } from '../engine/index.js';
import { MissingPackageError } from '../native/index.js';
import type { Config } from '../server/config/config.js';
import { loadConfig } from '../server/config/load-config.js';
import { StartError } from '../server/config/start-error.js';
import { ProgressBar } from '../terminal/progress-bar.js';
import { table } from '../terminal/table.js';
import { AnswerFile } from './classify/answer-file.js';
import { csv, jsonLines } from './classify/answer-format.js';
import { ByteBudget } from './classify/byte-budget.js';
import { classifyAll } from './classify/classify-all.js';
import { classifyFile } from './classify/classify-file.js';
import { findImages } from './classify/find-images.js';
import { type OpenClassifier, openClassifier } from './classify/open-classifier.js';
import { ratePerSecond, remainingTime } from './classify/remaining-time.js';
import { untilSignal } from './classify/until-signal.js';
import { readFlags, UsageError } from './read-flags.js';
import { runTool } from './run-tool.js';
import { ToolError } from './tool-error.js';
import { wholeNumber } from './whole-number.js';

// batch-dispatch classify: classifies files and folders of images without a server, through the same decode threads,
// batcher and lanes. docs/classify.md describes it.

const USAGE = `Usage: batch-dispatch classify PATH ... --out FILE [--config FILE] [--model DIR] [--top-k N]

  PATH ...        images, and folders of images with all folders in them
  --out FILE      where the answers go: .jsonl or .csv; images that are there already are skipped
  --config FILE   configuration of the server, JSON (default: batch-dispatch.json in the current folder, if there)
  --model DIR     folder of the model (default: the first one of the configuration)
  --top-k N       classes per image, 1 to 100 (default 5)

Exit codes: 0 every image has an answer; 1 an image has an error instead, or the run failed; 2 a wrong flag;
130 interrupted. The same command again goes on where the last one ended.
`;

const FORMATS = { '.jsonl': jsonLines, '.csv': csv } as const;
const BAR_INTERVAL_MS = 250;
/** On a CPU, the decode threads would otherwise make way for many small batches. */
const WINDOW_MS = 100;
const INTERRUPTED = 130;

function readOptions() {
  const { values, positionals } = readFlags(USAGE, {
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      config: { type: 'string' },
      model: { type: 'string' },
      'top-k': { type: 'string', default: '5' },
    },
  });
  const { out, config, model } = values;
  if (positionals.length === 0 || out === undefined) throw new UsageError(USAGE);
  const [, format] = Object.entries(FORMATS).find(([ending]) => out.endsWith(ending)) ?? [];
  if (!format) throw new UsageError(`--out must end with .jsonl or .csv, not "${out}".`);
  const topK = wholeNumber('--top-k', values['top-k'], 1, 100);
  const flags = Object.entries({ config, model }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
  return { paths: positionals, out, format, config: readConfig(flags), topK };
}

/** The server's configuration, but nobody waits for an answer: batches may take their time to fill. */
function readConfig(flags: readonly string[]): Config {
  const config = loadConfig(flags, {});
  if (config === 'help') throw new UsageError(USAGE);
  const maxQueueDelayMs = Math.max(config.batching.maxQueueDelayMs, WINDOW_MS);
  return { ...config, batching: { ...config.batching, maxQueueDelayMs, latencyGoalMs: undefined } };
}

function count(images: Iterable<string>): number {
  let found = 0;
  for (const _ of images) found++;
  return found;
}

function* without(there: ReadonlySet<string>, images: Iterable<string>): Generator<string> {
  for (const path of images) if (!there.has(path)) yield path;
}

async function main(): Promise<void> {
  const { paths, out, format, config, topK } = readOptions();
  // A wrong path is found before the model is opened, which may take a while.
  if (count(findImages(paths)) === 0) throw new ToolError('there are no images at these paths.');
  const classifier = await openClassifier(config, (line) => console.error(line));
  try {
    const { model, labels } = classifier;
    const file = await AnswerFile.open(out, format({ model, labels, topK }));
    await untilSignal((stop) => run(classifier, file, config, paths, stop)).finally(() =>
      file.close(),
    );
    console.log(`saved to ${out}`);
  } finally {
    await classifier.close();
  }
}

async function run(
  { inFlight, classify, device }: OpenClassifier,
  file: AnswerFile,
  { server }: Config,
  paths: readonly string[],
  stop: AbortSignal,
): Promise<void> {
  const { earlier } = file;
  const images = () => without(earlier.paths, findImages(paths));
  const total = count(images());
  const limits = {
    budget: new ByteBudget(server.maxUploadBytes),
    maxBodyBytes: server.maxBodyBytes,
  };
  let done = 0;
  let errors = 0;
  const startedMs = performance.now();
  const elapsedMs = () => performance.now() - startedMs;
  const bar = new ProgressBar('classifying', process.stderr);
  const timer = setInterval(() => {
    const failed = errors === 0 ? '' : `, ${errors} with an error`;
    bar.update(done / total, remainingTime(done, total, elapsedMs()) + failed);
  }, BAR_INTERVAL_MS);
  const isComplete = await classifyAll({
    images: images(),
    inFlight,
    classify: (path) => classifyFile(path, limits, classify),
    async write(path, answer) {
      await file.write(path, answer);
      done++;
      if ('code' in answer) errors++;
    },
    stop,
  }).finally(() => {
    clearInterval(timer);
    bar.end();
  });
  const rows = [
    ['classified', String(done - errors)],
    ['with an error', String(errors)],
    ['there already', String(earlier.paths.size)],
    ['of these with an error', String(earlier.errors)],
    ['images/s', ratePerSecond(done, elapsedMs()), `on ${device}`],
  ];
  for (const line of table(rows, (column) => column === 1)) console.log(line);
  if (errors + earlier.errors > 0) process.exitCode = 1;
  if (isComplete) return;
  console.error(`interrupted; the same command again classifies the other ${total - done}.`);
  process.exitCode = INTERRUPTED;
}

await runTool(main, [StartError, ModelRefusedError, DecoderRefusedError, MissingPackageError]);
