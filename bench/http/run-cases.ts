import { checkAnswers, type Expected } from './check-answers.js';
import { drive, type LoadSource } from './drive.js';
import type { CaseFigures, RoundFigures, Setting } from './figures.js';
import { medianOf } from './median-of.js';
import { type MetricsSeen, readMetrics, serverFigures } from './read-metrics.js';
import { nameOf } from './report.js';
import { serve } from './serve.js';

/** A build of the project with its settings. */
export interface Variant {
  readonly root: string;
  readonly setting: Setting;
}

export interface RunOptions {
  readonly model: string;
  /** The configuration without what the settings determine. */
  readonly config: { readonly batching?: object; readonly decode?: object };
  readonly serverCores: string | undefined;
  readonly profiles?: string | undefined;
  readonly images: readonly string[];
  readonly expected: Expected;
  readonly connections: readonly number[];
  readonly warmSeconds: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly source: LoadSource;
  /** Called before each measurement. */
  readonly tick: (what: string) => void;
}

/** The server configuration for one setting. */
export function configOf(config: RunOptions['config'], setting: Setting): object {
  const { maxBatchSize, maxQueueDelayMs, decoder } = setting;
  return {
    ...config,
    batching: { ...config.batching, maxBatchSize, maxQueueDelayMs },
    ...(decoder === undefined ? {} : { decode: { ...config.decode, decoder } }),
  };
}

/**
 * Runs every variant with every number of connections; each round has a fresh server, and every second one is
 * reversed.
 */
export async function runCases(
  variants: readonly Variant[],
  options: RunOptions,
): Promise<CaseFigures[]> {
  const { connections, rounds: count } = options;
  const rounds = variants.map(() => connections.map((): RoundFigures[] => []));
  for (let round = 0; round < count; round++) {
    const order = [...variants.keys()];
    if (round % 2 === 1) order.reverse();
    for (const v of order) {
      const figures = await runOnce(variants[v] as Variant, options);
      for (const [c, figure] of figures.entries()) rounds[v]?.[c]?.push(figure);
    }
  }
  return variants.flatMap(({ setting: { name, decoder } }, v) =>
    connections.map((number, c): CaseFigures => {
      const of = rounds[v]?.[c] ?? [];
      return {
        setting: name,
        ...(decoder === undefined ? {} : { decoder }),
        connections: number,
        ...medianOf(of),
        rounds: of,
      };
    }),
  );
}

async function runOnce({ root, setting }: Variant, options: RunOptions): Promise<RoundFigures[]> {
  const { model, config, serverCores, images, expected, connections, source } = options;
  const { warmSeconds, seconds, tick, profiles } = options;
  const server = await serve({
    root,
    model,
    config: configOf(config, setting),
    cores: serverCores,
    profiles,
  });
  try {
    await checkAnswers(server.url, images, expected);
    const figures: RoundFigures[] = [];
    for (const number of connections) {
      tick(`${nameOf(setting.name, setting.decoder)}, ${number} connections`);
      const orders = {
        url: server.url,
        path: '/api/classify',
        images,
        warmSeconds,
        seconds,
      } as const;
      const readings: MetricsSeen[] = [];
      const read = async () => readings.push(await readMetrics(server));
      const seen = await drive({ ...orders, connections: number }, source, read);
      await read();
      const [before, after] = readings as [MetricsSeen, MetricsSeen];
      figures.push({ ...seen, ...serverFigures(before, after) });
    }
    return figures;
  } finally {
    await server.stop();
  }
}
