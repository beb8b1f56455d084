import { ModelRefusedError } from './graph/index.js';
import type { Lane, LaneSizes } from './lane/lane.js';
import type { MeasuredBatch } from './lane/lane-messages.js';
import type { Model } from './model/model-folder.js';
import { plainReason } from './plain-reason.js';
import { PROVIDERS, type Provider, type SessionSource } from './provider.js';

/** What the ladder needs of the world, so that it can be tried without a GPU. */
export interface EngineRuntime {
  /** What a provider's lanes open; for tensorrt this may build an engine. */
  readonly prepare: (provider: Provider) => Promise<SessionSource>;
  readonly openLane: (
    model: Model,
    source: SessionSource,
    sizes: LaneSizes,
    curve?: readonly MeasuredBatch[],
  ) => Promise<Lane>;
  /** What a provider plainly misses, so that it need not be tried. */
  readonly whatIsMissing: (provider: Provider) => Promise<string | undefined>;
  /** Which library a provider that failed misses, and what to install; undefined if none is missing. */
  readonly explain: (provider: Provider) => Promise<string | undefined>;
}

export interface EngineWishes {
  readonly provider: 'auto' | Provider;
  readonly lanesPerDevice: number;
  readonly sizes: LaneSizes;
  /** Known already, from another process on the same kind of device. */
  readonly curve?: readonly MeasuredBatch[];
}

/** One device's lanes, warm. */
export interface Engine {
  readonly provider: Provider;
  readonly lanes: readonly Lane[];
  readonly curve: readonly MeasuredBatch[];
  /** Of the first lane, its measurements included. */
  readonly warmUpMs: number;
  /** The largest batch that its profile allows; undefined if there is no profile. */
  readonly profileBatchSize?: number;
}

/**
 * Opens the lanes of one device on the provider that was named, or on the first of tensorrt, cuda, webgpu and cpu that
 * really runs the warm-up.
 *
 * @param say told why a provider was not taken, a line each, and which nodes of the model the CPU runs for a GPU
 * @throws {ModelRefusedError} one sentence
 */
export async function openEngine(
  model: Model,
  wishes: EngineWishes,
  runtime: EngineRuntime,
  say: (line: string) => void,
): Promise<Engine> {
  const candidates = wishes.provider === 'auto' ? PROVIDERS : [wishes.provider];
  for (const provider of candidates) {
    let reason = await runtime.whatIsMissing(provider);
    if (reason === undefined) {
      try {
        const engine = await openProvider(model, provider, wishes, runtime);
        sayCpuNodes(engine.lanes[0]?.cpuNodes ?? [], say);
        return engine;
      } catch (error) {
        reason = (await runtime.explain(provider)) ?? plainReason(error, wishes.sizes.maxBatchSize);
      }
    }
    if (provider === candidates.at(-1)) throw new ModelRefusedError(sentence(provider, reason));
    say(`provider ${provider} not taken: ${reason}`);
  }
  throw new Error('no provider to try. This is a bug.');
}

async function openProvider(
  model: Model,
  provider: Provider,
  { lanesPerDevice, sizes, curve }: EngineWishes,
  { prepare, openLane }: EngineRuntime,
): Promise<Engine> {
  const source = await prepare(provider);
  const fixedSize = model.batch.size;
  const laneSizes =
    fixedSize === undefined ? sizes : { maxBatchSize: fixedSize, allowedBatchSizes: [fixedSize] };
  const first = await openLane(model, source, laneSizes, curve);
  const lanes = [first];
  try {
    // One after the other: the curve is that of a lane alone.
    while (lanes.length < lanesPerDevice)
      lanes.push(await openLane(model, source, laneSizes, first.curve));
  } catch (error) {
    await Promise.all(lanes.map((lane) => lane.close()));
    throw error;
  }
  const { curve: measured, warmUpMs } = first;
  const { profileBatchSize } = source;
  // Where the model's own batch is fixed, batches fit however large they may be.
  const isBound = profileBatchSize !== undefined && fixedSize === undefined;
  const profile = isBound ? { profileBatchSize } : {};
  return { provider, lanes, curve: measured, warmUpMs, ...profile };
}

function sayCpuNodes(names: readonly string[], say: (line: string) => void): void {
  if (names.length === 0) return;
  const count = names.length === 1 ? '1 node runs' : `${names.length} nodes run`;
  say(`${count} on the CPU: ${names.join(', ')}`);
}

function sentence(provider: Provider, reason: string): string {
  const hint = provider === 'cpu' ? ' (do labels.txt and its classes match in number?)' : '';
  return `the model cannot be run on ${provider}${hint}: ${reason}`;
}
