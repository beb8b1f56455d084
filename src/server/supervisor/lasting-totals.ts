import type { MetricsJson } from './process-messages.js';

/** A metric in the form in which prom-client aggregates it. */
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
 * The metrics that remain of a process that has ended: its counters and histograms. The items that it had in progress
 * are lost, and are counted as settled with a server error, so that the counts still add up.
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
