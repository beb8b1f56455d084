import { ModelRefusedError } from './graph/index.js';
import type { Lane, LaneSizes } from './lane/lane.js';
import type { MeasuredBatch } from './lane/lane-messages.js';
import type { Model } from './model/model.js';
import { plainReason } from './plain-reason.js';
import { PROVIDERS, type Provider, type SessionSource } from './provider.js';

/** What `openEngine` needs from outside, so that tests can run it without a GPU. */
export interface EngineRuntime {
  /** The source that a provider's lanes open; for tensorrt this may build an engine. */
  readonly prepare: (provider: Provider) => Promise<SessionSource>;
  readonly openLane: (
    model: Model,
    source: SessionSource,
    sizes: LaneSizes,
    curve?: readonly MeasuredBatch[],
  ) => Promise<Lane>;
  /** What a provider obviously lacks, so that it need not be tried. */
  readonly whatIsMissing: (provider: Provider) => Promise<string | undefined>;
  /** Which library is missing for a provider that failed, and what to install; undefined if none is. */
  readonly explain: (provider: Provider) => Promise<string | undefined>;
}

export interface EngineRequest {
  readonly provider: 'auto' | Provider;
  readonly lanesPerDevice: number;
  readonly sizes: LaneSizes;
  /** A curve that is already known, from another process on the same kind of device. */
  readonly curve?: readonly MeasuredBatch[];
}

/** The lanes of one device, warm. */
export interface Engine {
  readonly provider: Provider;
  readonly lanes: readonly Lane[];
  readonly curve: readonly MeasuredBatch[];
  /** Warm-up time of the first lane, including its measurements. */
  readonly warmUpMs: number;
  /** The largest batch that the TensorRT profile allows; undefined if there is no profile. */
  readonly profileBatchSize?: number;
}

/**
 * Opens the lanes of one device on the named provider, or on the first of tensorrt, cuda, webgpu and cpu that runs the
 * warm-up.
 *
 * @param say called with one line for each provider that was skipped, and with the nodes that the CPU runs for a GPU
 * @throws {ModelRefusedError} one sentence
 */
export async function openEngine(
  model: Model,
  request: EngineRequest,
  runtime: EngineRuntime,
  say: (line: string) => void,
): Promise<Engine> {
  const candidates = request.provider === 'auto' ? PROVIDERS : [request.provider];
  for (const provider of candidates) {
    let reason = await runtime.whatIsMissing(provider);
    if (reason === undefined) {
      try {
        const engine = await openProvider(model, provider, request, runtime);
        sayCpuNodes(engine.lanes[0]?.cpuNodes ?? [], say);
        return engine;
      } catch (error) {
        reason =
          (await runtime.explain(provider)) ?? plainReason(error, request.sizes.maxBatchSize);
      }
    }
    if (provider === candidates.at(-1)) throw new ModelRefusedError(sentence(provider, reason));
    say(`provider ${provider} skipped: ${reason}`);
  }
  throw new Error('no provider to try. This is a bug.');
}

async function openProvider(
  model: Model,
  provider: Provider,
  { lanesPerDevice, sizes, curve }: EngineRequest,
  { prepare, openLane }: EngineRuntime,
): Promise<Engine> {
  const source = await prepare(provider);
  const fixedSize = model.batch.size;
  const laneSizes =
    fixedSize === undefined ? sizes : { maxBatchSize: fixedSize, allowedBatchSizes: [fixedSize] };
  const first = await openLane(model, source, laneSizes, curve);
  const lanes = [first];
  try {
    // One after the other, because the curve must be that of a lane alone.
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
  const hint = provider === 'cpu' ? ' (does labels.txt have one line for each class?)' : '';
  return `the model cannot run on ${provider}${hint}: ${reason}`;
}
