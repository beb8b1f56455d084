import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readModelFolder } from '../../../src/engine/index.js';
import { buildEngine, EngineBuildError } from '../../../src/engine/tensorrt/build-engine.js';
import type { EngineFacts } from '../../../src/engine/tensorrt/engine-facts.js';
import { prepareEngine, wantedFacts } from '../../../src/engine/tensorrt/prepare-engine.js';
import { type LibraryProbe, readGpuHost } from '../../../src/native/index.js';

const BUILDER = `
  import { writeFileSync } from 'node:fs';
  import { dirname, join } from 'node:path';
  const { path } = JSON.parse(process.argv[2]);
  if (process.env.BUILDER_FAILS) {
    process.send('no memory on the device');
    process.exitCode = 1;
  } else {
    writeFileSync(join(dirname(path), 'a.engine'), 'engine');
    writeFileSync(join(dirname(path), 'model_ctx.onnx'), 'context');
  }
  process.disconnect();`;

const COMPARISON = {
  images: 32,
  largestDifference: 0.00123,
  meanDifference: 0.0001,
  top1Differs: 1,
  sureImages: 30,
  sureTop1Differs: 0,
};

/** Prepares engines as on a host that has a GPU and TensorRT, with a program that builds nothing. */
async function setUp(t: Test) {
  const folder = t.testdir({ 'builder.mjs': BUILDER, model: {} });
  const model = await readModelFolder('models/demo');
  const said: string[] = [];
  const did: string[] = [];
  const facts: EngineFacts = {
    graphSha256: 'ab'.repeat(32),
    gpu: 'NVIDIA H200',
    computeCapability: '9.0',
    tensorrt: '10.6.0',
    onnxruntime: '1.30.0',
    precision: 'fp16',
    maxBatchSize: 8,
  };
  function prepare(build: boolean, tensorrt = facts.tensorrt, maxBatchSize = 8) {
    const options = {
      model,
      modelFolder: join(folder, 'model'),
      precision: 'fp16',
      maxBatchSize,
      build,
      say: (line: string) => said.push(line),
      tick: () => {},
    } as const;
    return prepareEngine(options, {
      wantedFacts: async (_, precision, largest) => ({
        ...facts,
        tensorrt,
        precision,
        maxBatchSize: largest,
      }),
      buildEngine(store, input, tick) {
        did.push(`build ${input.width}x${input.height} up to ${input.facts.maxBatchSize}`);
        t.equal(input.graph, model.graph);
        return buildEngine(store, input, tick, join(folder, 'builder.mjs'));
      },
      async compareWithCpu(compared, engine, images) {
        t.equal(compared, model);
        t.equal(readFileSync(engine.contextPath, 'utf8'), 'context');
        did.push(`compare ${images.length} images of ${images[0]?.length} bytes`);
        return COMPARISON;
      },
    });
  }
  return { model, said, did, prepare };
}

t.test('where no engine fits, one is built, compared with the CPU, and taken again', async (t) => {
  const { model, said, did, prepare } = await setUp(t);
  const built = await prepare(true);
  t.equal(readFileSync(join(built.folder, 'a.engine'), 'utf8'), 'engine');
  t.same(JSON.parse(readFileSync(join(built.folder, 'comparison.json'), 'utf8')), {
    kind: 'seeded',
    ...COMPARISON,
  });
  const { width, height } = model.manifest.input;
  t.same(did, [
    `build ${width}x${height} up to 8`,
    `compare 32 images of ${model.imageBytes} bytes`,
  ]);
  t.match(said, [
    'building a TensorRT engine for NVIDIA H200, fp16, up to 8 images',
    /^built in [\d.]+ s: /,
    /^compared with the CPU: 32 images; probabilities differ by at most 0\.0012 /,
  ]);
  for (const [build, maxBatchSize] of [
    [true, 8],
    [false, 8],
    [false, 4],
  ] as const) {
    const found = await prepare(build, undefined, maxBatchSize);
    t.equal(found.folder, built.folder);
  }
  t.equal(did.length, 2, 'nothing more is built');
  t.equal(said.length, 3);
});

t.test('an engine that does not fit is named, and another is built only if allowed', async (t) => {
  const { said, did, prepare } = await setUp(t);
  const old = await prepare(true);
  said.splice(0);
  did.splice(0);
  await t.rejects(prepare(false, '10.7.0'), {
    name: 'NoEngineError',
    message: /engine\.build is false.*engine:build -- .*--precision fp16 --max-batch 8$/,
  });
  await t.rejects(prepare(false, undefined, 9), { name: 'NoEngineError' });
  t.same(did, []);
  t.match(said, [
    /does not fit: it was built with TensorRT 10\.6\.0/,
    /does not fit: it supports batches of up to 8 images/,
  ]);
  const other = await prepare(true, '10.7.0');
  t.not(other.folder, old.folder);
  t.equal(did.length, 2);
});

t.test('a build that fails says why, and leaves no engine', async (t) => {
  const { did, prepare } = await setUp(t);
  process.env['BUILDER_FAILS'] = '1';
  t.teardown(() => {
    delete process.env['BUILDER_FAILS'];
  });
  await t.rejects(prepare(true), new EngineBuildError('no memory on the device'));
  t.equal(did.length, 1, 'nothing is compared');
  await t.rejects(prepare(false), { name: 'NoEngineError' });
});

const LIBRARIES = ['libnvinfer.so.10', 'libonnxruntime_providers_tensorrt.so'] as const;

t.test('a library that is missing is named, with what to install', async (t) => {
  const model = await readModelFolder('models/demo');
  const gpu = { name: 'H200', uuid: 'GPU-0', computeCapability: '9.0', memoryBytes: 150e9 };
  const facts = (...found: readonly LibraryProbe[]) =>
    wantedFacts(model, 'fp16', 8, async (asked) => {
      t.same(asked, LIBRARIES);
      return { gpus: [gpu], libraries: found };
    });
  const lacks = (file: string) => ({ file, error: `${file}: cannot open shared object file` });
  const [tensorrt, provider] = LIBRARIES;
  await t.rejects(facts({ file: tensorrt, version: '10.6.0' }, lacks(provider)), {
    name: 'NoEngineError',
    message: `${provider}: cannot open shared object file; run npm run gpu:install`,
  });
  await t.rejects(facts(lacks(tensorrt), lacks(provider)), {
    message: `${tensorrt}: cannot open shared object file; install TensorRT 10 (libnvinfer10)`,
  });
  t.match(await facts({ file: tensorrt, version: '10.6.0' }, { file: provider }), {
    tensorrt: '10.6.0',
    gpu: 'H200',
  });
});

t.test('this host has what an engine takes, or a sentence says what it lacks', async (t) => {
  const { gpus, libraries } = await readGpuHost(LIBRARIES);
  const lacks = [
    ...(gpus.length === 0 ? ['there is no NVIDIA GPU that this process may use'] : []),
    ...libraries.flatMap(({ error }) => (error ? [/; (install|run) /] : [])),
    /^no TensorRT engine fits, and engine\.build is false/,
  ][0];
  const preparing = prepareEngine({
    model: await readModelFolder('models/demo'),
    modelFolder: t.testdir({}),
    precision: 'fp16',
    maxBatchSize: 8,
    build: false,
    say: () => {},
    tick: () => t.fail('nothing is built'),
  });
  await t.rejects(preparing, { name: 'NoEngineError', message: lacks });
});
