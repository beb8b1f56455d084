import t from 'tap';
import { type Lane, type LaneSizes, ModelRefusedError } from '../../src/engine/index.js';
import type { MeasuredBatch } from '../../src/engine/lane/lane-messages.js';
import type { Model } from '../../src/engine/model/model.js';
import { readModelFolder } from '../../src/engine/model/model-folder.js';
import { type EngineRuntime, openEngine } from '../../src/engine/open-engine.js';
import type { Provider } from '../../src/engine/provider.js';

const CURVE: MeasuredBatch[] = [{ batchSize: 1, ms: 2 }];
const SIZES = { maxBatchSize: 4, allowedBatchSizes: [] };
const model: Model = await readModelFolder('models/demo');

interface World {
  /** What each provider plainly misses. */
  readonly missing?: Partial<Record<Provider, string>>;
  /** What opening a lane throws: the nth lane of a provider. */
  readonly fails?: (provider: Provider, lane: number) => string | undefined;
  readonly explained?: Partial<Record<Provider, string>>;
}

/** A runtime without a device, and what was done with it. */
function setUp({ missing = {}, fails = () => undefined, explained = {} }: World = {}) {
  const done: string[] = [];
  const said: string[] = [];
  let lanes = 0;
  const runtime: EngineRuntime = {
    async prepare(provider) {
      done.push(`prepare ${provider}`);
      lanes = 0;
      const profile = provider === 'tensorrt' ? { profileBatchSize: 64 } : {};
      return { provider, model: new Uint8Array(), allowCpuNodes: false, ...profile };
    },
    async openLane(_model, { provider }, _sizes, curve) {
      const message = fails(provider, lanes++);
      if (message !== undefined) throw new Error(message);
      done.push(`open ${provider}${curve ? ' with a curve' : ''}`);
      const close = async () => void done.push(`close ${provider}`);
      return { curve: CURVE, warmUpMs: 7, cpuNodes: [], close } as unknown as Lane;
    },
    whatIsMissing: async (provider) => missing[provider],
    explain: async (provider) => explained[provider],
  };
  const open = (provider: 'auto' | Provider, lanesPerDevice = 1) =>
    openEngine(model, { provider, lanesPerDevice, sizes: SIZES }, runtime, (l) => said.push(l));
  return { open, done, said, runtime };
}

t.test('auto takes the first provider that opens, best first', async (t) => {
  const { open, done, said } = setUp();
  const engine = await open('auto');
  t.match(engine, { provider: 'tensorrt', curve: CURVE, warmUpMs: 7, profileBatchSize: 64 });
  t.same(done, ['prepare tensorrt', 'open tensorrt']);
  t.same(said, []);
});

t.test('auto says why it did not take a provider, and goes on', async (t) => {
  const { open, done, said } = setUp({
    missing: { tensorrt: 'no GPU here' },
    fails: (provider) => (provider === 'cuda' ? 'Failed to load\n    at a stack' : undefined),
    explained: { cuda: 'libcublas.so.13: cannot open; install CUDA' },
  });
  const engine = await open('auto');
  t.equal(engine.provider, 'webgpu');
  t.equal(engine.profileBatchSize, undefined);
  t.same(done, ['prepare cuda', 'prepare webgpu', 'open webgpu'], 'what is missing is not tried');
  t.same(said, [
    'provider tensorrt skipped: no GPU here',
    'provider cuda skipped: libcublas.so.13: cannot open; install CUDA',
  ]);
});

t.test('where nothing is missing, the reason is the first line of the error', async (t) => {
  const { open, said } = setUp({
    fails: (p) => (p === 'tensorrt' ? 'bad engine\nstack' : undefined),
  });
  t.equal((await open('auto')).provider, 'cuda');
  t.same(said, ['provider tensorrt skipped: bad engine']);
});

t.test('a provider that was named works or nothing does', async (t) => {
  for (const provider of ['tensorrt', 'cuda', 'webgpu', 'cpu'] as const) {
    const { open, done } = setUp({ fails: (one) => (one === provider ? 'no' : undefined) });
    await t.rejects(open(provider), ModelRefusedError);
    await t.rejects(open(provider), { message: /^the model cannot run on \w+.*: no$/ });
    t.same(done, [`prepare ${provider}`, `prepare ${provider}`], 'no other is tried');
  }
});

t.test('when even the CPU cannot run the model, the sentence says what to look at', async (t) => {
  const { open } = setUp({ fails: () => 'shapes' });
  await t.rejects(open('auto'), {
    message: 'the model cannot run on cpu (does labels.txt have one line for each class?): shapes',
  });
});

t.test(
  'lanes of a model whose batch is fixed run that size only, and no profile bounds them',
  async (t) => {
    const sizes: LaneSizes[] = [];
    const { runtime } = setUp();
    const fixed = { ...model, batch: { size: 8, isOpened: false, seen: '' } };
    const noting: EngineRuntime = {
      ...runtime,
      openLane: (one, source, laneSizes, curve) => {
        sizes.push(laneSizes);
        return runtime.openLane(one, source, laneSizes, curve);
      },
    };
    const wishes = { provider: 'auto', lanesPerDevice: 2, sizes: SIZES } as const;
    const engine = await openEngine(fixed, wishes, noting, () => {});
    t.same(sizes, Array(2).fill({ maxBatchSize: 8, allowedBatchSizes: [8] }));
    t.equal(engine.profileBatchSize, undefined);
  },
);

t.test('lanes open one after the other, and only the first measures', async (t) => {
  const { open, done } = setUp();
  t.equal((await open('cuda', 3)).lanes.length, 3);
  t.same(done, ['prepare cuda', 'open cuda', 'open cuda with a curve', 'open cuda with a curve']);
});

t.test('when a later lane finds no memory, those before it are closed', async (t) => {
  const { open, done, said } = setUp({
    fails: (provider, lane) => (provider === 'cuda' && lane === 2 ? 'out of memory' : undefined),
    missing: { tensorrt: 'x', webgpu: 'x' },
  });
  t.equal((await open('auto', 3)).provider, 'cpu');
  t.same(done.slice(0, 5), [
    'prepare cuda',
    'open cuda',
    'open cuda with a curve',
    'close cuda',
    'close cuda',
  ]);
  t.match(said[1], /^provider cuda skipped: the device has too little free memory/);
});
