import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GpuHost, readGpuHost, runtimeVersion } from '../../native/index.js';
import { Lane } from '../lane/lane.js';
import { inlineWeights } from '../model/inline-weights.js';
import type { Model } from '../model/model.js';
import { sourceOf } from '../model/source-of.js';
import { modelSha256 } from '../model/weight-files.js';
import { type Comparison, compareLanes } from '../proof/compare-lanes.js';
import { seededImages } from '../proof/seeded-images.js';
import { adviceFor } from '../explain-provider.js';
import type { Precision } from '../provider.js';
import { buildEngine } from './build-engine.js';
import type { EngineFacts } from './engine-facts.js';
import { EngineStore, type StoredEngine } from './engine-store.js';

/** Number of seeded images on which a new engine is compared with the CPU. */
const SEEDED_IMAGES = 32;
const COMPARISON = 'comparison.json';

/** No engine can be opened, and none may be built. */
export class NoEngineError extends Error {
  override readonly name = 'NoEngineError';
}

export interface PrepareOptions {
  readonly model: Model;
  readonly modelFolder: string;
  readonly precision: Precision;
  readonly maxBatchSize: number;
  /** Whether to build an engine if none fits. */
  readonly build: boolean;
  readonly say: (line: string) => void;
  /** Called once per second while building, with the seconds spent. */
  readonly tick: (seconds: number) => void;
}

/** The steps that need a GPU, so that tests can replace them. */
export interface PrepareSteps {
  readonly wantedFacts: typeof wantedFacts;
  readonly buildEngine: typeof buildEngine;
  readonly compareWithCpu: typeof compareWithCpu;
}

/**
 * Finds the engine that fits this model, GPU and TensorRT version, or builds one and compares its answers with the
 * CPU's.
 *
 * @throws {NoEngineError} {EngineBuildError} {ModelRefusedError}
 */
export async function prepareEngine(
  options: PrepareOptions,
  steps: PrepareSteps = { wantedFacts, buildEngine, compareWithCpu },
): Promise<StoredEngine> {
  const { model, modelFolder, precision, say } = options;
  const maxBatchSize = model.batch.size ?? options.maxBatchSize;
  const store = new EngineStore(modelFolder);
  const want = await steps.wantedFacts(model, precision, maxBatchSize);
  const found = await store.find(want);
  if (!Array.isArray(found)) return found;
  for (const reason of found) say(reason);
  if (!options.build) {
    throw new NoEngineError(
      `no TensorRT engine fits, and engine.build is false; build one with: npm run engine:build -- --model ${modelFolder} --precision ${precision} --max-batch ${maxBatchSize}`,
    );
  }
  say(`building a TensorRT engine for ${want.gpu}, ${precision}, up to ${maxBatchSize} images`);
  const { width, height } = model.manifest.input;
  const minBatchSize = model.batch.size ?? 1;
  const graph = await inlineWeights(model.graph, model.weights);
  const input = { graph, width, height, minBatchSize, facts: want };
  const engine = await steps.buildEngine(store, input, options.tick);
  say(`built in ${engine.record.buildSeconds} s: ${engine.folder}`);
  const comparison = await steps.compareWithCpu(
    model,
    engine,
    seededImages(SEEDED_IMAGES, width, height),
  );
  await keepComparison(engine, 'seeded', comparison);
  say(`compared with the CPU: ${describe(comparison)}`);
  return engine;
}

/** The library whose version an engine depends on, and the one that builds it. */
const LIBRARIES = ['libnvinfer.so.10', 'libonnxruntime_providers_tensorrt.so'] as const;

/**
 * What an engine must have been built for to fit here; the GPU is the first that this process sees.
 *
 * @throws {NoEngineError} naming what the host lacks, and what to install
 */
export async function wantedFacts(
  model: Model,
  precision: Precision,
  maxBatchSize: number,
  readHost: (libraries: readonly string[]) => Promise<GpuHost> = readGpuHost,
): Promise<EngineFacts> {
  const { gpus, libraries, problem } = await readHost(LIBRARIES);
  if (problem !== undefined) throw new NoEngineError(problem);
  const [gpu] = gpus;
  const tensorrt = libraries[0]?.version;
  if (!gpu) throw new NoEngineError('there is no NVIDIA GPU that this process may use');
  const error = libraries.find((library) => library.error !== undefined)?.error;
  if (error !== undefined) {
    throw new NoEngineError(`${error}; ${adviceFor(error.split(':')[0] ?? '')}`);
  }
  if (tensorrt === undefined) throw new NoEngineError('the version of TensorRT cannot be read');
  return {
    graphSha256: await modelSha256(model.graph, model.weights),
    gpu: gpu.name,
    computeCapability: gpu.computeCapability,
    tensorrt,
    onnxruntime: runtimeVersion(),
    precision,
    maxBatchSize,
  };
}

/** Runs images on the CPU one by one, and on the engine in full batches. */
export async function compareWithCpu(
  model: Model,
  engine: StoredEngine,
  images: readonly Uint8Array[],
): Promise<Comparison> {
  const { maxBatchSize } = engine.record;
  const single = model.batch.size ?? 1;
  const sizes = (size: number) => ({ maxBatchSize: size, allowedBatchSizes: [size] });
  const source = { provider: 'tensorrt', model: engine.contextPath, allowCpuNodes: false } as const;
  const cpu = await Lane.open(model, sourceOf(model), sizes(single));
  try {
    const lane = await Lane.open(model, source, sizes(maxBatchSize));
    try {
      return await compareLanes(cpu, lane, images, maxBatchSize, maxBatchSize, single);
    } finally {
      await lane.close();
    }
  } finally {
    await cpu.close();
  }
}

/** Saves the differences beside the engine, by the kind of images. */
export async function keepComparison(
  { folder }: StoredEngine,
  kind: 'seeded' | 'real',
  comparison: Comparison,
): Promise<void> {
  const json = JSON.stringify({ kind, ...comparison }, null, 2);
  await writeFile(join(folder, kind === 'seeded' ? COMPARISON : `real-${COMPARISON}`), `${json}\n`);
}

export function describe(comparison: Comparison): string {
  const { images, largestDifference, meanDifference, top1Differs } = comparison;
  const { sureImages, sureTop1Differs } = comparison;
  return `${images} images; probabilities differ by at most ${largestDifference.toFixed(4)} (mean ${meanDifference.toFixed(5)}); the first class differs for ${top1Differs}, and for ${sureTop1Differs} of the ${sureImages} for which the CPU is confident`;
}
