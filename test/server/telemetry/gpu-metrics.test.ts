import { Registry } from 'prom-client';
import t from 'tap';
import type { GpuUsage } from '../../../src/native/index.js';
import { watchGpu } from '../../../src/server/telemetry/gpu-metrics.js';

const GPU = { device: 1, uuid: 'GPU-two' };

function setUp(read: (() => Promise<GpuUsage>) | undefined) {
  const registry = new Registry();
  const opened: string[] = [];
  watchGpu(registry, GPU, async (uuid) => {
    opened.push(uuid);
    return read;
  });
  /** The samples, without the lines that describe them. */
  const scrape = async () => (await registry.metrics()).match(/^[^#\n].*$/gm) ?? [];
  return { scrape, opened };
}

t.test('a scrape reads the GPU once, and only a scrape does', async (t) => {
  let reads = 0;
  const { scrape, opened } = setUp(async () => {
    reads++;
    return { utilization: 0.25, memoryUsedBytes: 3, memoryTotalBytes: 8 };
  });
  t.same(opened, [], 'the driver is not even opened');
  const labels = '{device="1",uuid="GPU-two"}';
  for (const scrapes of [1, 2]) {
    t.same(await scrape(), [
      `batch_dispatch_gpu_utilization_ratio${labels} 0.25`,
      `batch_dispatch_gpu_memory_used_bytes${labels} 3`,
      `batch_dispatch_gpu_memory_total_bytes${labels} 8`,
    ]);
    t.equal(reads, scrapes);
  }
  t.same(opened, ['GPU-two']);
});

t.test('without NVML there are no series', async (t) => {
  t.same(await setUp(undefined).scrape(), []);
});

t.test('a value that is no longer known has no series', async (t) => {
  const usages: GpuUsage[] = [{ memoryUsedBytes: 3, utilization: 1 }, { memoryUsedBytes: 4 }];
  const { scrape } = setUp(async () => usages.shift() ?? {});
  t.equal((await scrape()).length, 2);
  t.match(await scrape(), [/memory_used_bytes.* 4$/]);
  t.same(await scrape(), []);
});

t.test('a driver that hangs delays a scrape once and is not called again', async (t) => {
  let reads = 0;
  let answer = (_: GpuUsage) => {};
  const { scrape } = setUp(() => {
    reads++;
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  for (let i = 0; i < 3; i++) t.same(await scrape(), []);
  t.equal(reads, 1);
  answer({ utilization: 0 });
  await new Promise(setImmediate);
  const late = scrape();
  await new Promise(setImmediate);
  answer({ utilization: 0.5 });
  t.match(await late, [/utilization_ratio.* 0\.5$/], 'once it has returned, it is asked again');
});

t.test('an error of the driver is no error of the scrape', async (t) => {
  t.same(await setUp(() => Promise.reject(new Error('lost'))).scrape(), []);
});
