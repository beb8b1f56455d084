import { setTimeout as sleep } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';
import { type GpuUsage, openGpuUsage } from '../../native/index.js';

/** A driver that takes longer to answer must not hold up the other metrics. */
const READ_TIMEOUT_MS = 500;

/**
 * Adds gauges of a GPU's usage, read once per scrape. They have no series if the driver does not tell the usage.
 *
 * @param device its index as engine.devices counts
 * @param uuid "GPU-…"
 */
export function watchGpu(
  registry: Registry,
  { device, uuid }: { readonly device: number; readonly uuid: string },
  open: typeof openGpuUsage = openGpuUsage,
): void {
  const labels = { device, uuid };
  let opening: ReturnType<typeof openGpuUsage> | undefined;
  let isReading = false;
  /** What the gauges of one scrape share. */
  let scrape: Promise<GpuUsage> | undefined;

  async function read(): Promise<GpuUsage> {
    isReading = true;
    try {
      opening ??= open(uuid);
      const readUsage = await opening;
      return (await readUsage?.()) ?? {};
    } catch {
      return {};
    } finally {
      isReading = false;
    }
  }

  function usage(): Promise<GpuUsage> {
    // While the driver does not return from an earlier call, it is not called again.
    scrape ??= (
      isReading ? Promise.resolve({}) : Promise.race([read(), sleep(READ_TIMEOUT_MS, {})])
    ).finally(() => {
      scrape = undefined;
    });
    return scrape;
  }

  function gauge(name: string, help: string, value: (usage: GpuUsage) => number | undefined) {
    new Gauge({
      name: `batch_dispatch_gpu_${name}`,
      help,
      labelNames: ['device', 'uuid'],
      registers: [registry],
      async collect() {
        const known = value(await usage());
        if (known === undefined) this.remove(labels);
        else this.set(labels, known);
      },
    });
  }

  gauge(
    'utilization_ratio',
    'Share of the latest second at most in which a kernel ran on the GPU, whoever started it.',
    ({ utilization }) => utilization,
  );
  gauge(
    'memory_used_bytes',
    "Bytes of the GPU's memory that are in use, by whoever uses them.",
    ({ memoryUsedBytes }) => memoryUsedBytes,
  );
  gauge(
    'memory_total_bytes',
    "Bytes of the GPU's memory.",
    ({ memoryTotalBytes }) => memoryTotalBytes,
  );
}
