import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { SingleBar } from 'cli-progress';
import PQueue from 'p-queue';
import { readFlags, UsageError } from './read-flags.js';
import { runTool } from './run-tool.js';
import { ToolError } from './tool-error.js';
import { wholeNumber } from './whole-number.js';

// Operator command: posts a folder of labelled images to a running server and prints how many are classified correctly.

const USAGE = `Usage: npm run accuracy -- --images DIR --labels FILE [--url URL] [--truth CSV] [--concurrency N]

  --images DIR      folder of .jpg, .jpeg and .png files
  --labels FILE     the model's labels.txt: one line per class, each starting with a unique word
  --url URL         the server (default http://127.0.0.1:8000); with ?model=NAME, that model
  --truth CSV       lines "file,word"; without it, each file name starts with the word of its class
  --concurrency N   requests at once (default 16)
`;

interface LabelledImage {
  readonly path: string;
  readonly word: string;
}

interface Tally {
  top1: number;
  top5: number;
  failed: number;
}

/** The first word of a label line or a file name: "n01491361" of "n01491361_tiger_shark.jpg". */
function firstWord(text: string): string {
  return text.split(/[\s_,.]/, 1)[0] ?? '';
}

function readTruth(file: string): Map<string, string> {
  const lines = readFileSync(file, 'utf8').split(/\r?\n/).filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [name = '', word = ''] = line.split(',');
      return [name.trim(), firstWord(word.trim())];
    }),
  );
}

function labelledImages(folder: string, labels: string, truth?: string): LabelledImage[] {
  const known = new Set(readFileSync(labels, 'utf8').split(/\r?\n/).filter(Boolean).map(firstWord));
  const words = truth === undefined ? undefined : readTruth(truth);
  return readdirSync(folder)
    .filter((name) => ['.jpg', '.jpeg', '.png'].includes(extname(name).toLowerCase()))
    .sort()
    .map((name) => {
      const word = words ? words.get(name) : firstWord(basename(name));
      if (word === undefined) throw new ToolError(`${truth} has no line for ${name}`);
      if (!known.has(word)) throw new ToolError(`${name}: no label starts with "${word}"`);
      return { path: join(folder, name), word };
    });
}

async function classify(url: URL, image: LabelledImage, tally: Tally): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    body: readFileSync(image.path),
  });
  if (!response.ok) {
    const { code } = (await response.json()) as { code: string };
    console.error(`${basename(image.path)}: ${response.status} ${code}`);
    tally.failed++;
    return;
  }
  const predictions = (await response.json()) as { label: string }[];
  const rank = predictions.findIndex(({ label }) => firstWord(label) === image.word);
  if (rank === 0) tally.top1++;
  if (rank >= 0) tally.top5++;
}

/** @throws {ToolError} there is no server at this URL */
async function classifyUrl(server: string): Promise<URL> {
  if (!URL.canParse(server)) throw new UsageError(`--url must be a URL, not "${server}".`);
  const url = new URL(server);
  const { ok } = await fetch(new URL('/v2/health/live', url)).catch(() => ({ ok: false }));
  if (!ok) throw new ToolError(`no server answers at ${url.origin}.`);
  url.pathname = '/api/classify';
  url.searchParams.set('top_k', '5');
  return url;
}

async function main(): Promise<void> {
  const { values } = readFlags(USAGE, {
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:8000' },
      images: { type: 'string' },
      labels: { type: 'string' },
      truth: { type: 'string' },
      concurrency: { type: 'string', default: '16' },
    },
  });
  if (values.images === undefined || values.labels === undefined) throw new UsageError(USAGE);
  const concurrency = wholeNumber('--concurrency', values.concurrency, 1, 1024);
  const url = await classifyUrl(values.url);
  const images = labelledImages(values.images, values.labels, values.truth);
  const tally: Tally = { top1: 0, top5: 0, failed: 0 };
  const bar = new SingleBar({
    format: '{bar} {value}/{total} images, {rate} images/s, top-1 {top1}',
    stream: process.stderr,
  });
  const queue = new PQueue({ concurrency });
  const startedMs = performance.now();
  let done = 0;
  const rate = () => (done / ((performance.now() - startedMs) / 1000)).toFixed(0);
  bar.start(images.length, 0, { rate: 0, top1: '-' });
  await queue.addAll(
    images.map((image) => async () => {
      await classify(url, image, tally).catch((error: Error) => {
        console.error(`${basename(image.path)}: ${error.message}`);
        tally.failed++;
      });
      done++;
      bar.update(done, { rate: rate(), top1: percent(tally.top1, done) });
    }),
  );
  bar.stop();
  console.log(`images      ${images.length}`);
  console.log(`top-1       ${percent(tally.top1, images.length)}`);
  console.log(`top-5       ${percent(tally.top5, images.length)}`);
  console.log(`failed      ${tally.failed}`);
  console.log(`throughput  ${rate()} images/s with ${concurrency} concurrent requests`);
  process.exitCode = tally.failed === 0 ? 0 : 1;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

await runTool(main);
