import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  type EngineFacts,
  engineFolderName,
  whyNot,
} from '../../../src/engine/tensorrt/engine-facts.js';
import { EngineStore, type StoredEngine } from '../../../src/engine/tensorrt/engine-store.js';

const FACTS: EngineFacts = {
  graphSha256: 'ab'.repeat(32),
  gpu: 'NVIDIA H200',
  computeCapability: '9.0',
  tensorrt: '10.6.0',
  onnxruntime: '1.30.0',
  precision: 'fp16',
  maxBatchSize: 64,
};

/** Each differs from FACTS in one fact. */
const OTHERS: readonly [Partial<EngineFacts>, RegExp | undefined][] = [
  [{ graphSha256: 'cd'.repeat(32) }, /model or its model\.json has changed/],
  [{ gpu: 'NVIDIA A100' }, /built for NVIDIA H200, but this GPU is NVIDIA A100/],
  [{ computeCapability: '8.0' }, /built for NVIDIA H200/],
  [{ tensorrt: '10.14.1' }, /TensorRT 10\.6\.0, but this host has 10\.14\.1/],
  [{ onnxruntime: '1.31.0' }, /ONNX Runtime 1\.30\.0, but this host has 1\.31\.0/],
  [{ precision: 'fp32' }, /its precision is fp16, but fp32 is requested/],
  [{ maxBatchSize: 65 }, /batches of up to 64 images, but 65 are requested/],
  [{ maxBatchSize: 63 }, undefined],
  [{}, undefined],
];

async function fill(folder: string): Promise<{ engineFile: string; contextFile: string }> {
  writeFileSync(join(folder, 'x.engine'), Buffer.alloc(1000, 7));
  writeFileSync(join(folder, 'x_ctx.onnx'), 'context');
  return { engineFile: 'x.engine', contextFile: 'x_ctx.onnx' };
}

function isEngine(found: StoredEngine | string[]): found is StoredEngine {
  return !Array.isArray(found);
}

t.test('an engine fits what it was built for, and smaller batches', async (t) => {
  for (const [other, reason] of OTHERS) {
    const why = whyNot(FACTS, { ...FACTS, ...other });
    if (reason === undefined) t.equal(why, undefined);
    else t.match(why, reason);
  }
});

t.test('every fact is in the name of its folder', async (t) => {
  const names = OTHERS.map(([other]) => engineFolderName({ ...FACTS, ...other }));
  t.equal(new Set(names).size, OTHERS.length);
  t.match(names.at(-1), /^nvidia-h200-tensorrt-10\.6\.0-fp16-batch-64-[0-9a-f]{8}$/);
});

t.test('what was added is found, with why the others do not fit', async (t) => {
  const store = new EngineStore(t.testdir());
  t.same(await store.find(FACTS), []);
  const added = await store.add(FACTS, fill);
  const found = await store.find(FACTS);
  t.same(found, added);
  t.match(added.record, { ...FACTS, engineSha256: /^[0-9a-f]{64}$/, builtAt: /^\d{4}-/ });
  const reasons = await store.find({ ...FACTS, gpu: 'NVIDIA L4' });
  t.match(reasons, [/^engine nvidia-h200-\S+ does not fit: it was built for NVIDIA H200/]);
});

t.test('of several that fit, the smallest profile serves', async (t) => {
  const store = new EngineStore(t.testdir());
  for (const maxBatchSize of [128, 32, 64]) await store.add({ ...FACTS, maxBatchSize }, fill);
  const found = await store.find({ ...FACTS, maxBatchSize: 40 });
  t.equal(isEngine(found) && found.record.maxBatchSize, 64);
});

t.test('an engine is kept whole or not at all', async (t) => {
  const folder = t.testdir();
  const store = new EngineStore(folder);
  const build = store.add(FACTS, async (unfinished) => {
    await fill(unfinished);
    throw new Error('out of memory');
  });
  await t.rejects(build, /out of memory/);
  t.same(readdirSync(join(folder, 'engines')), []);
  // What a crash left.
  mkdirSync(join(folder, 'engines', '.half'));
  t.same(await store.find(FACTS), []);
});

t.test(
  'a truncated, incomplete or unreadable engine is not opened, and the reason is said',
  async (t) => {
    const store = new EngineStore(t.testdir());
    for (const [spoil, why] of [
      [
        (e: StoredEngine) => truncateSync(join(e.folder, 'x.engine'), 999),
        /x\.engine is not the file that was built/,
      ],
      [
        (e: StoredEngine) => writeFileSync(join(e.folder, 'x_ctx.onnx'), 'contexT'),
        /x_ctx\.onnx is not the file that was built/,
      ],
      [(e: StoredEngine) => chmodSync(join(e.folder, 'x.engine'), 0o664), /written by other users/],
      [(e: StoredEngine) => chmodSync(join(e.folder, 'engine.json'), 0o646), /by other users/],
      [(e: StoredEngine) => chmodSync(e.folder, 0o777), /its folder can be written by other users/],
      [
        (e: StoredEngine) => {
          const file = join(e.folder, 'engine.json');
          const record = readFileSync(file, 'utf8');
          writeFileSync(file, record.replace('"x.engine"', '"../x.engine"'));
        },
        /names \.\.\/x\.engine, which is not in its folder/,
      ],
      [(e: StoredEngine) => writeFileSync(join(e.folder, 'engine.json'), '{'), /cannot be read/],
      [
        (e: StoredEngine) => writeFileSync(join(e.folder, 'engine.json'), '{"gpu":1}'),
        /cannot be read/,
      ],
    ] as const) {
      spoil(await store.add(FACTS, fill));
      t.match(await store.find(FACTS), [why]);
    }
    t.ok(isEngine(await store.add(FACTS, fill)), 'and it is built anew in the same place');
    t.ok(isEngine(await store.find(FACTS)));
  },
);
