import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { GPU_THREADS } from '../src/decode/index.js';
import { runTool } from '../src/tools/run-tool.js';
import { measureCeilings } from './http/ceilings.js';
import { type Expected, knownAnswers } from './http/check-answers.js';
import { compare } from './http/compare.js';
import { drive } from './http/drive.js';
import type {
  CaseFigures,
  HttpResult,
  ImageKindFigures,
  OpenLoopFigures,
  OriginalFigures,
} from './http/figures.js';
import { imageKinds } from './http/image-kinds.js';
import { openLoop } from './http/open-loop.js';
import { type Options, PLAIN_IMAGE, readOptions } from './http/options.js';
import { drawPicture } from './http/picture.js';
import { countCores } from './http/pinned.js';
import { best, nameOf, report } from './http/report.js';
import { revisionHere } from './http/revision.js';
import { configOf, type RunOptions, runCases, type Variant } from './http/run-cases.js';
import { serve } from './http/serve.js';
import { watchForDisturbance } from './tools/disturbance.js';
import { readResult, writeResult } from './tools/write-result.js';

// Measures over HTTP what batching gains over one image per batch, and where the rest of the time goes.

const ROOT = process.cwd();
const WARM_UP = { path: '/api/classify', connections: 64, warmSeconds: 0, seconds: 3 } as const;
const OPEN_LOOP_SHARES = [0.5, 0.8, 0.95];
/** The number of connections in the original server's own benchmark. */
const ORIGINAL_CONNECTIONS = 8;

interface ServerFacts {
  readonly name: string;
  readonly provider: string;
  readonly device: string;
  readonly lanes: number;
  readonly decoder: string;
  readonly processes: number;
}

/** What the server reports about itself. */
async function factsOf(options: Options): Promise<ServerFacts> {
  const { model, config, serverCores: cores } = options;
  const server = await serve({ root: ROOT, model, config, cores });
  try {
    const get = async (path: string) => (await fetch(server.url + path)).json();
    const { name } = JSON.parse(readFileSync(join(model, 'model.json'), 'utf8')) as ServerFacts;
    const facts = (await get(`/v2/models/${encodeURIComponent(name)}`)) as ServerFacts;
    const { processes } = (await get('/v2/health/ready')) as { processes: { total: number } };
    return { ...facts, decoder: server.decoder, processes: processes.total };
  } finally {
    await server.stop();
  }
}

async function main(options: Options): Promise<void> {
  const { settings, connections, rounds, images, isSmoke, isBrief } = options;
  const isDemo = options.model === join(ROOT, 'models/demo');
  const expected: Expected = isDemo ? knownAnswers() : new Map();
  const bar = new SingleBar({
    format: '{bar} {percentage} %  {what}',
    stream: process.stderr,
    clearOnComplete: true,
  });
  const tick = (what: string) => bar.increment(1, { what });
  const runOptions = { ...options, expected, tick };
  if (options.compare !== undefined) {
    bar.start(2 * settings.length * connections.length * rounds, 0, { what: '' });
    const text = await compare(options.compare, settings, runOptions);
    bar.stop();
    console.log(text);
    return;
  }
  const disturbance = await watchForDisturbance();
  const facts = await factsOf(options);
  bar.start(settings.length * connections.length * rounds + 5, 0, { what: '' });
  const variants = settings.map((setting): Variant => ({ root: ROOT, setting }));
  const cases = await runCases(variants, runOptions);
  const bytes = images.reduce((sum, file) => sum + statSync(file).size, 0);
  const { cores, processes } = options.source;
  const figures: Omit<HttpResult, 'date' | 'machine' | 'versions'> = {
    kind: 'http',
    revision: options.revision ?? revisionHere(),
    model: facts.name,
    provider: facts.provider,
    device: facts.device,
    config: options.config,
    processes: facts.processes,
    images: { count: images.length, meanBytes: bytes / images.length },
    load: {
      seconds: options.seconds,
      rounds,
      processes,
      ...(cores === undefined ? {} : { cores }),
      ...(options.serverCores === undefined ? {} : { serverCores: options.serverCores }),
    },
    cases,
    ...(isSmoke || isBrief ? {} : { ceilings: await ceilings(options, facts, cases, tick) }),
    imageKinds: options.isPlain && !isBrief ? await otherImages(options, cases, runOptions) : [],
    openLoop: isBrief ? [] : await independentClients(options, cases, tick),
    ...(isBrief ? { original: [], nullService: [] } : await originals(options, tick)),
  };
  bar.stop();
  const disturbed = disturbance();
  const file = `${options.out ?? '.bench/http'}.json`;
  await writeResult(file, { ...figures, ...(disturbed && { disturbance: disturbed }) });
  const result = readResult<HttpResult>(file);
  console.log(report(result));
  drawPicture(result, file.slice(0, -'.json'.length));
  console.log(`\n${file}, .svg, .png`);
}

/** The ceilings of the fastest decoder. */
async function ceilings(
  options: Options,
  { provider, lanes, processes, ...facts }: ServerFacts,
  cases: readonly CaseFigures[],
  tick: (what: string) => void,
) {
  tick('ceilings');
  const { model, images, seconds, serverCores: cores, maxBatchSize } = options;
  const decoder = best(cases)?.decoder ?? facts.decoder;
  return await measureCeilings({
    model,
    provider,
    lanes,
    batchSizes: [1, maxBatchSize],
    images,
    decoder,
    decodeThreads: decoder === 'gpu' ? processes * GPU_THREADS : countCores(cores),
    seconds: Math.min(2, seconds),
    cores,
  });
}

/** The fastest batched setting, and its figures. */
function fastestBatched({ settings }: Options, cases: readonly CaseFigures[]) {
  const figures = best(cases.filter(({ setting }) => setting !== settings[0]?.name));
  const setting = settings.find(
    ({ name, decoder }) => name === figures?.setting && decoder === figures.decoder,
  );
  if (!figures || !setting) throw new Error('no batched setting was measured');
  return { figures, setting };
}

async function otherImages(
  options: Options,
  cases: readonly CaseFigures[],
  runOptions: RunOptions,
): Promise<ImageKindFigures[]> {
  const { setting } = fastestBatched(options, cases);
  return await imageKinds({ root: ROOT, setting }, runOptions);
}

/** Measures the fastest batched setting with an open loop. */
async function independentClients(
  options: Options,
  cases: readonly CaseFigures[],
  tick: (what: string) => void,
): Promise<OpenLoopFigures[]> {
  const { images, source, model, serverCores: cores, seconds, isSmoke } = options;
  const { figures: fastest, setting } = fastestBatched(options, cases);
  const name = nameOf(setting.name, setting.decoder);
  tick(`${name}, independent clients`);
  const config = configOf(options.config, setting);
  const server = await serve({ root: ROOT, model, config, cores });
  try {
    // A fresh process is slow at first, and with independent clients that would build up a queue.
    await drive({ ...WARM_UP, url: server.url, images }, source);
    const figures: OpenLoopFigures[] = [];
    for (const shareOfCapacity of isSmoke ? OPEN_LOOP_SHARES.slice(0, 1) : OPEN_LOOP_SHARES) {
      const capacity = fastest.requestsPerSecond;
      const orders = { url: server.url, setting: name, capacity, shareOfCapacity };
      figures.push(await openLoop({ ...orders, seconds: seconds * 2, images }, source));
    }
    return figures;
  } finally {
    await server.stop();
  }
}

/** The two measurements of the original server, and the null service with more connections. */
async function originals(
  options: Options,
  tick: (what: string) => void,
): Promise<Pick<HttpResult, 'original' | 'nullService'>> {
  const { model, config, serverCores: cores, warmSeconds, seconds, source } = options;
  const server = await serve({ root: ROOT, model, config, cores });
  try {
    const measure = async (
      what: OriginalFigures['what'],
      connections: number,
    ): Promise<OriginalFigures> => {
      const isNull = what === 'null service';
      const path = isNull ? '/benchmark' : '/api/classify';
      const images = isNull ? [] : [PLAIN_IMAGE];
      const orders = { url: server.url, path, images, connections, warmSeconds, seconds } as const;
      const { requestsPerSecond, meanMs, p99Ms } = await drive(orders, source);
      return { what, connections, requestsPerSecond, meanMs, p99Ms };
    };
    tick("the original's measurements");
    const original = [
      await measure('classify', ORIGINAL_CONNECTIONS),
      await measure('null service', ORIGINAL_CONNECTIONS),
    ];
    tick('the null service');
    const most = Math.max(...options.connections);
    const counts = [64, 256].filter((count) => count <= most);
    const nullService: OriginalFigures[] = [];
    for (const count of counts) nullService.push(await measure('null service', count));
    return { original, nullService };
  } finally {
    await server.stop();
  }
}

await runTool(() => main(readOptions(process.argv.slice(2))));
