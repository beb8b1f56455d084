import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ceilings } from './figures.js';
import { pinned } from './pinned.js';

/** Measures at most this many images, because a folder of photos may have far more. */
const MAX_IMAGES = 5;

export interface CeilingOptions {
  readonly model: string;
  readonly provider: string;
  readonly lanes: number;
  readonly batchSizes: readonly number[];
  readonly images: readonly string[];
  /** The decoder that the server used; for gpu, the threads feed the JPEG units. */
  readonly decoder: string;
  readonly decodeThreads: number;
  readonly seconds: number;
  /** The cores that the load generator leaves to the server. */
  readonly cores: string | undefined;
}

/**
 * The rates of the session, of the session fed by the batcher, and of the decode threads, each alone, on the same
 * cores.
 */
export async function measureCeilings(options: CeilingOptions): Promise<Ceilings> {
  const { model, provider, lanes, batchSizes, images, seconds, cores } = options;
  const { decoder, decodeThreads } = options;
  const engine = await figuresOf<{ batchSize: number; alone: number; fed: number }>(
    'engine.js',
    [
      ...['--model', model, '--provider', provider, '--lanes', String(lanes)],
      ...['--in-flight', '1', '--batch', batchSizes.join(','), '--seconds', String(seconds)],
    ],
    cores,
  );
  const every = Math.ceil(images.length / MAX_IMAGES);
  const some = images.filter((_, i) => i % every === 0);
  const decode = await figuresOf<{ decoder: string; imagesPerSecond: number }>(
    'decode.js',
    [
      ...['--threads', String(decodeThreads), '--rounds', '1', '--seconds', String(seconds)],
      ...['--decoders', decoder, ...some],
    ],
    cores,
  );
  const rates = decode
    .filter((figure) => figure.decoder === decoder)
    .map(({ imagesPerSecond }) => imagesPerSecond);
  const by = (rate: (figure: (typeof engine)[number]) => number) =>
    Object.fromEntries(engine.map((figure) => [String(figure.batchSize), rate(figure)]));
  return {
    engine: by(({ alone }) => alone),
    tensorIn: by(({ fed }) => fed),
    // With equal shares of all images, the time of one of each is the sum of their times.
    decode: rates.length / rates.reduce((sum, rate) => sum + 1 / rate, 0),
  };
}

async function figuresOf<F>(
  program: string,
  args: readonly string[],
  cores: string | undefined,
): Promise<readonly F[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const out = join(folder, 'figures.json');
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const [command, commandArgs] = pinned(cores, [path, ...args, '--out', out]);
  try {
    const child = spawn(command, commandArgs, { stdio: ['ignore', 'ignore', 'ignore'] });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`bench/${program} ended with ${code}`);
    return (JSON.parse(readFileSync(out, 'utf8')) as { figures: F[] }).figures;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The rate that the parts allow together. On the CPU, decoding and the session share the cores, so their times add
 * up; on a GPU, the slower one is the limit.
 */
export function allowedByParts({ engine, decode }: Ceilings, provider: string): number {
  const best = Math.max(...Object.values(engine));
  return provider === 'cpu' ? 1 / (1 / best + 1 / decode) : Math.min(best, decode);
}
