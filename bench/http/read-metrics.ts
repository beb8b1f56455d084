import { sumOfMetric } from '../tools/sum-of-metric.js';
import type { ServerFigures, StageMeans } from './figures.js';
import type { RunningServer } from './serve.js';
import { readThreadTimes, type ThreadTimes, timesPerImage } from './thread-times.js';

/** The values of GET /metrics at one moment, summed over models and processes. */
export interface MetricsSeen {
  readonly atMs: number;
  readonly text: string;
  readonly threads: ThreadTimes;
}

export async function readMetrics({ url, pid }: RunningServer): Promise<MetricsSeen> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return { atMs: performance.now(), text, threads: readThreadTimes(pid) };
}

/** The server's figures for the time between two readings. */
export function serverFigures(before: MetricsSeen, after: MetricsSeen): ServerFigures {
  const grown = (series: string, label?: string) =>
    sumOfMetric(after.text, series, label) - sumOfMetric(before.text, series, label);
  const meanMs = (stage: string) => {
    const label = `stage="${stage}"`;
    const count = grown('batch_dispatch_stage_seconds_count', label);
    return count === 0 ? 0 : (1000 * grown('batch_dispatch_stage_seconds_sum', label)) / count;
  };
  const batches = grown('batch_dispatch_batches_total');
  const reasons = Object.fromEntries(
    ['full', 'window', 'idle', 'deadline', 'drain']
      .map(
        (reason) => [reason, grown('batch_dispatch_batches_total', `reason="${reason}"`)] as const,
      )
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => [reason, count / batches]),
  );
  const stagesMs: StageMeans = {
    receive: meanMs('receive'),
    decode: meanMs('decode'),
    queue: meanMs('queue'),
    infer: meanMs('infer'),
    respond: meanMs('respond'),
  };
  return {
    meanBatchSize: batches === 0 ? 0 : grown('batch_dispatch_batch_size_sum') / batches,
    reasons,
    stagesMs,
    threadMs: timesPerImage(
      before.threads,
      after.threads,
      grown('batch_dispatch_items_settled_total', 'outcome="ok"'),
    ),
    serverCores: (1000 * grown('process_cpu_seconds_total')) / (after.atMs - before.atMs),
  };
}
