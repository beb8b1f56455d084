import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import {
  type BuildJob,
  buildEngine,
  EngineBuildError,
} from '../../../src/engine/tensorrt/build-engine.js';
import type { EngineFacts } from '../../../src/engine/tensorrt/engine-facts.js';
import { EngineStore } from '../../../src/engine/tensorrt/engine-store.js';

const FACTS: EngineFacts = {
  graphSha256: '00',
  gpu: 'NVIDIA H200',
  computeCapability: '9.0',
  tensorrt: '10.6.0',
  onnxruntime: '1.30.0',
  precision: 'fp16',
  maxBatchSize: 64,
};

/** Builds with a program that does `work` in the folder of the graph; `job` is what it was told. */
async function build(t: Test, work: string, facts: Partial<EngineFacts> = {}, minBatchSize = 1) {
  const program = `
    import { writeFileSync as write } from 'node:fs';
    import { dirname, join } from 'node:path';
    const job = JSON.parse(process.argv[2]);
    const at = (name) => join(dirname(job.path), name);
    write(at('job.json'), JSON.stringify(job));
    ${work}
    process.disconnect();`;
  const folder = t.testdir({ 'builder.mjs': program, model: {} });
  const size = { width: 8, height: 4, minBatchSize };
  const input = { graph: Uint8Array.of(1, 2), ...size, facts: { ...FACTS, ...facts } };
  const store = new EngineStore(join(folder, 'model'));
  const building = buildEngine(store, input, () => {}, join(folder, 'builder.mjs'));
  return { building, engines: join(folder, 'model', 'engines') };
}

const GOOD = `write(at('a.engine'), 'engine'); write(at('model_ctx.onnx'), 'context');`;

t.test('a batch that is fixed is the whole profile', async (t) => {
  const { building } = await build(t, GOOD, { maxBatchSize: 8 }, 8);
  const { folder } = await building;
  const { options } = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8')) as BuildJob;
  t.equal(options['trt_profile_min_shapes'], 'batch_dispatch/image:8x4x8x3');
  t.equal(options['trt_profile_max_shapes'], 'batch_dispatch/image:8x4x8x3');
});

t.test('TensorRT is told precision, profile and where to leave the engine', async (t) => {
  for (const [precision, flag] of [
    ['fp16', '1'],
    ['fp32', '0'],
  ] as const) {
    const { building } = await build(t, GOOD, { precision });
    const { folder, contextPath, record } = await building;
    t.equal(readFileSync(contextPath, 'utf8'), 'context');
    t.match(record, { precision, engineFile: 'a.engine', engineSha256: /^[0-9a-f]{64}$/ });
    const { options } = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8')) as BuildJob;
    t.match(options, {
      trt_fp16_enable: flag,
      trt_profile_min_shapes: 'batch_dispatch/image:1x4x8x3',
      trt_profile_opt_shapes: 'batch_dispatch/image:64x4x8x3',
      trt_profile_max_shapes: 'batch_dispatch/image:64x4x8x3',
      trt_engine_cache_path: './',
    });
    t.notOk('trt_cuda_graph_enable' in options, 'CUDA graphs give wrong answers');
  }
});

t.test('what the builder says of its failure is the error, and nothing is left', async (t) => {
  const { building, engines } = await build(t, `process.send('no memory'); process.exitCode = 1;`);
  await t.rejects(building, new EngineBuildError('no memory'));
  t.same(readdirSync(engines), []);
});

t.test('so is how it ended, if it said nothing', async (t) => {
  const { building, engines } = await build(t, `process.kill(process.pid, 'SIGKILL');`);
  await t.rejects(building, { message: /the engine builder ended with SIGKILL/ });
  t.same(readdirSync(engines), []);
});

t.test('a builder that leaves no engine has not built one', async (t) => {
  const { building, engines } = await build(t, `write(at('model_ctx.onnx'), 'context');`);
  await t.rejects(building, { message: /does not support the whole graph/ });
  t.same(existsSync(engines) ? readdirSync(engines) : [], []);
});
