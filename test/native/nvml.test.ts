import t from 'tap';
import { openGpuUsage } from '../../src/native/nvml.js';

const OK = 0;
const NOT_SUPPORTED = 3;
const UUIDS = ['GPU-one', 'GPU-two'];

type Call = (...args: unknown[]) => number;

/** A driver with two GPUs, with some of its functions replaced. */
function driver(replaced: Record<string, Call> = {}) {
  const calls: string[] = [];
  const functions: Record<string, Call> = {
    nvmlInit_v2: () => OK,
    nvmlDeviceGetCount_v2(count) {
      (count as number[])[0] = UUIDS.length;
      return OK;
    },
    nvmlDeviceGetHandleByIndex_v2(index, device) {
      (device as number[])[0] = 1000 + Number(index);
      return OK;
    },
    nvmlDeviceGetUUID(device, text, length) {
      const uuid = `${UUIDS[Number(device) - 1000]}\0`;
      if (Number(length) < 80) return NOT_SUPPORTED;
      (text as Uint8Array).set(Buffer.from(uuid));
      return OK;
    },
    nvmlDeviceGetUtilizationRates(device, percent) {
      (percent as Uint32Array).set([Number(device) - 960, 7]);
      return OK;
    },
    nvmlDeviceGetMemoryInfo(_device, memory) {
      (memory as BigUint64Array).set([150_000_000_000n, 90_000_000_000n, 60_000_000_000n]);
      return OK;
    },
    ...replaced,
  };
  const load = (file: string) => {
    calls.push(file);
    return {
      func(declaration: string) {
        const name = String(/\w+(?=\()/.exec(declaration));
        return {
          async(...args: unknown[]) {
            calls.push(name);
            const done = args.pop() as (error: unknown, status: number) => void;
            setImmediate(() => done(null, Number(functions[name]?.(...args))));
          },
        };
      },
    };
  };
  return { load, calls };
}

t.test('the GPU is found by its UUID, and its usage is read each time', async (t) => {
  const { load, calls } = driver();
  const read = await openGpuUsage('GPU-two', load);
  t.equal(calls[0], 'libnvidia-ml.so.1');
  const expected = {
    utilization: 0.41,
    memoryUsedBytes: 60_000_000_000,
    memoryTotalBytes: 150_000_000_000,
  };
  t.same(await read?.(), expected);
  calls.length = 0;
  t.same(await read?.(), expected);
  t.same(calls, ['nvmlDeviceGetUtilizationRates', 'nvmlDeviceGetMemoryInfo']);
});

t.test('what the driver does not tell is left out', async (t) => {
  const refuse = () => NOT_SUPPORTED;
  const { load } = driver({ nvmlDeviceGetUtilizationRates: refuse });
  const read = await openGpuUsage('GPU-one', load);
  t.same(await read?.(), { memoryUsedBytes: 60_000_000_000, memoryTotalBytes: 150_000_000_000 });
  const none = driver({
    nvmlDeviceGetUtilizationRates: refuse,
    nvmlDeviceGetMemoryInfo: refuse,
  });
  t.same(await (await openGpuUsage('GPU-one', none.load))?.(), {});
});

t.test('without NVML, or without that GPU, there is nothing to read', async (t) => {
  t.equal(await openGpuUsage('GPU-three', driver().load), undefined);
  for (const name of ['nvmlInit_v2', 'nvmlDeviceGetCount_v2', 'nvmlDeviceGetUUID']) {
    t.equal(await openGpuUsage('GPU-one', driver({ [name]: () => 999 }).load), undefined, name);
  }
  const missing = () => {
    throw new Error('libnvidia-ml.so.1: cannot open shared object file');
  };
  t.equal(await openGpuUsage('GPU-one', missing), undefined);
});

t.test('a GPU that does not answer does not hide the others', async (t) => {
  const { load } = driver({
    nvmlDeviceGetHandleByIndex_v2(index, device) {
      (device as number[])[0] = 1000 + Number(index);
      return index === 0 ? 15 : OK;
    },
  });
  t.ok(await openGpuUsage('GPU-two', load));
});
