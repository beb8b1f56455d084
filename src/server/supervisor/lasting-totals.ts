import type { MetricsJson } from './process-messages.js';

/** As prom-client writes a metric for aggregation. */
interface MetricJson {
  readonly name: string;
  readonly type: string;
  readonly values: readonly Value[];
}

interface Value {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
}

/**
 * What remains of the metrics of a process that has ended: its counters and histograms. The items that it had in
 * progress are lost, and counted as settled with a server error, so that the books still balance.
 */
export function lastingTotals(metrics: MetricsJson): MetricsJson {
  const all = metrics as readonly MetricJson[];
  const lost = all.find(({ name }) => name === 'batch_dispatch_items_in_progress')?.values ?? [];
  return all
    .filter(({ type }) => type === 'counter' || type === 'histogram')
    .map((metric) =>
      metric.name === 'batch_dispatch_items_settled_total' ? withLost(metric, lost) : metric,
    );
}

function withLost(settled: MetricJson, lost: readonly Value[]): MetricJson {
  const values = settled.values.map(({ value, labels }) => {
    const isError = labels['outcome'] === 'server_error';
    const more = isError ? lost.find((one) => one.labels['model'] === labels['model']) : undefined;
    return { labels, value: value + (more?.value ?? 0) };
  });
  return { ...settled, values };
}
