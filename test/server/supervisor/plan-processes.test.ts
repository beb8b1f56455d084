import t from 'tap';
import type { Gpu } from '../../../src/native/index.js';
import { type Config, configSchema } from '../../../src/server/config/config.js';
import { planProcesses } from '../../../src/server/supervisor/plan-processes.js';

const GPUS: readonly Gpu[] = [0, 1, 2].map((i) => ({
  name: 'NVIDIA H200',
  uuid: `GPU-${i}`,
  computeCapability: '9.0',
  memoryBytes: 150e9,
}));

function plan(engine: object, gpus: readonly Gpu[], processes = 1) {
  const config: Config = configSchema.parse({ engine, server: { processes } });
  return planProcesses(config, gpus).map(({ index, total, device, gpu }) => [
    index,
    total,
    device,
    gpu?.uuid,
  ]);
}

t.test('each GPU has a process, and each of several has its number', async (t) => {
  t.same(plan({}, GPUS), [
    [0, 3, 0, 'GPU-0'],
    [1, 3, 1, 'GPU-1'],
    [2, 3, 2, 'GPU-2'],
  ]);
  t.same(plan({ provider: 'cuda', devices: [2, 0] }, GPUS), [
    [0, 2, 2, 'GPU-2'],
    [1, 2, 0, 'GPU-0'],
  ]);
  t.same(plan({ devices: [1] }, GPUS, 2), [
    [0, 2, 1, 'GPU-1'],
    [1, 2, 1, 'GPU-1'],
  ]);
});

t.test('without a GPU, or on the CPU, the host is one device', async (t) => {
  t.same(plan({}, []), [[0, 1, undefined, undefined]]);
  t.same(plan({ provider: 'cpu' }, GPUS), [[0, 1, undefined, undefined]]);
  t.same(plan({ provider: 'webgpu' }, [], 2).length, 2);
});

t.test('webgpu takes the first GPU alone unless others are named', async (t) => {
  t.same(plan({ provider: 'webgpu' }, GPUS), [[0, 1, 0, 'GPU-0']]);
});

t.test('a GPU that does not exist, or none at all, is a sentence', async (t) => {
  t.throws(() => plan({ devices: [3] }, GPUS), { message: /no GPU 3; this host has 3/ });
  t.doesNotThrow(() => plan({ devices: [2] }, GPUS));
  for (const provider of ['auto', 'webgpu']) {
    t.throws(() => plan({ provider, devices: [0] }, []), {
      message: /no GPU 0; this host has none/,
    });
  }
  t.doesNotThrow(() => plan({ provider: 'cpu', devices: [3] }, []), 'the CPU alone is wanted');
  for (const provider of ['cuda', 'tensorrt']) {
    t.throws(() => plan({ provider }, []), {
      message: /engine\.provider \w+: no NVIDIA GPU is available/,
    });
  }
});
