import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IMAGE } from '../graph/index.js';
import type { EngineFacts } from './engine-facts.js';
import type { EngineStore, StoredEngine } from './engine-store.js';

const BUILDER = fileURLToPath(new URL('./build-engine-process.js', import.meta.url));
const GRAPH = 'model.onnx';

/** The job of the building process: the graph's path and the options of the TensorRT provider. */
export interface BuildJob {
  readonly path: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface BuildInput {
  readonly graph: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly minBatchSize: number;
  readonly facts: EngineFacts;
}

/** TensorRT could not build the engine; the message is for the operator. */
export class EngineBuildError extends Error {
  override readonly name = 'EngineBuildError';
}

/**
 * Builds an engine in a separate process, which sees the same GPUs as this one and uses the first, and puts it into the
 * store. Takes from seconds to minutes.
 *
 * @param tick called once per second with the seconds spent
 * @param builder the program that builds
 * @throws {EngineBuildError}
 */
export async function buildEngine(
  store: EngineStore,
  { graph, width, height, minBatchSize, facts }: BuildInput,
  tick: (seconds: number) => void,
  builder = BUILDER,
): Promise<StoredEngine> {
  return await store.add(facts, async (folder) => {
    const path = join(folder, GRAPH);
    await writeFile(path, graph);
    const shape = (batchSize: number) => `${IMAGE}:${batchSize}x${height}x${width}x3`;
    const job: BuildJob = {
      path,
      options: {
        device_id: '0',
        trt_fp16_enable: facts.precision === 'fp16' ? '1' : '0',
        // Tuned for the largest batch, which slows batches of 1 by a fifth and speeds up full batches by a fifth.
        trt_profile_min_shapes: shape(minBatchSize),
        trt_profile_opt_shapes: shape(facts.maxBatchSize),
        trt_profile_max_shapes: shape(facts.maxBatchSize),
        trt_engine_cache_enable: '1',
        trt_engine_cache_path: './',
        trt_dump_ep_context_model: '1',
        trt_ep_context_file_path: folder,
      },
    };
    await runBuilder(builder, job, tick);
    const files = await readdir(folder);
    const engineFile = files.find((file) => file.endsWith('.engine'));
    const contextFile = files.find((file) => file.endsWith('_ctx.onnx'));
    if (engineFile === undefined || contextFile === undefined) {
      throw new EngineBuildError('TensorRT does not support the whole graph');
    }
    return { engineFile, contextFile };
  });
}

async function runBuilder(
  builder: string,
  job: BuildJob,
  tick: (seconds: number) => void,
): Promise<void> {
  const child = fork(builder, [JSON.stringify(job)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let seconds = 0;
  const timer = setInterval(() => tick(++seconds), 1000);
  let message = '';
  let tail = '';
  child.on('message', (text) => {
    message = String(text);
  });
  child.stderr?.on('data', (chunk) => {
    tail = (tail + chunk).slice(-2000);
  });
  try {
    const [code, signal] = await once(child, 'close');
    if (code === 0) return;
    throw new EngineBuildError(
      message || `the engine builder ended with ${signal ?? `code ${code}`}: ${tail}`,
    );
  } finally {
    clearInterval(timer);
  }
}
