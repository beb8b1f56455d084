import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import t from 'tap';
import { watchGpu } from '../../src/server/telemetry/gpu-metrics.js';
import { readSeries } from '../../src/server/telemetry/read-series.js';
import { readPromql } from '../helpers/read-promql.js';
import { readYaml } from '../helpers/read-yaml.js';
import { startServer } from '../helpers/start-server.js';

// The dashboard and the alerts name only what the server reports.

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface GridPanel {
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
}

/** The values of each label of each metric. */
type Reported = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

/** Prometheus adds these labels to every series. */
const ADDED = ['instance', 'job'];

const dashboard = JSON.parse(readFileSync('deploy/grafana-dashboard.json', 'utf8'));
const panels: readonly Panel[] = dashboard.panels;
const { rules } = readYaml('deploy/prometheus-rules.yaml').groups[0];
const reported = await readReported();

/** What a server reports after its first image, and what one with a GPU reports besides. */
async function readReported(): Promise<Reported> {
  const server = startServer(t);
  const url = await server.url;
  await fetch(`${url}/api/classify`, { method: 'POST', body: readFileSync('images/1.jpg') });
  const text = await (await fetch(`${url}/metrics`)).text();
  const gpu = new Registry();
  watchGpu(gpu, { device: 0, uuid: 'GPU-1' }, async () => async () => ({
    utilization: 0.5,
    memoryUsedBytes: 1,
    memoryTotalBytes: 2,
  }));
  const all = new Map<string, Map<string, Set<string>>>();
  for (const { name, labels } of readSeries(text + (await gpu.metrics()))) {
    const known = all.get(name) ?? new Map<string, Set<string>>();
    all.set(name, known);
    for (const [label, value] of labels) {
      known.set(label, (known.get(label) ?? new Set()).add(value));
    }
  }
  return all;
}

/**
 * What is wrong with an expression, and with the labels that a text about its result names.
 *
 * @param named the labels in the text
 */
function problemsOf(expression: string, named: readonly string[]): string[] {
  const { selectors, grouping } = readPromql(expression.replaceAll('$__rate_interval', '5m'));
  const problems = selectors.flatMap(({ metric, matchers }) => {
    const labels = reported.get(metric);
    if (!labels) return [`there is no ${metric}`];
    return matchers.flatMap(({ label, value }) => {
      if (ADDED.includes(label)) return [];
      const values = labels.get(label);
      if (!values) return [`${metric} has no label ${label}`];
      // The dashboard's variables hold values that the server has reported.
      if (value.startsWith('$')) return [];
      const missing = value.split('|').filter((one) => !values.has(one));
      return missing.map((one) => `no ${metric} has ${label}="${one}"`);
    });
  });
  const ofMetrics = selectors.flatMap(({ metric }) => [...(reported.get(metric)?.keys() ?? [])]);
  const known = [...ADDED, ...ofMetrics];
  const kept = grouping && !grouping.isWithout ? grouping.labels : known;
  const dropped = grouping?.isWithout ? grouping.labels : [];
  return [
    ...problems,
    ...(grouping?.labels ?? [])
      .filter((label) => !known.includes(label))
      .map((label) => `there is no label ${label} to group by`),
    ...named
      .filter((label) => !kept.includes(label) || dropped.includes(label))
      .map((label) => `the result has no label ${label}`),
  ];
}

/** The labels in a legend of Grafana or in a template of Prometheus. */
function labelsIn(text: string): string[] {
  return [...text.matchAll(/\{\{ ?(?:\$labels\.)?(\w+) ?\}\}/g)].map(([, label = '']) => label);
}

t.test('each panel shows what the server reports', async (t) => {
  for (const { title, targets = [] } of panels) {
    for (const { expr, legendFormat } of targets) {
      t.same(problemsOf(expr, labelsIn(legendFormat)), [], `${title}: ${expr}`);
    }
  }
});

t.test('each alert watches what the server reports', async (t) => {
  for (const { alert, expr, annotations } of rules) {
    const labels = labelsIn(`${annotations.summary} ${annotations.description}`);
    t.same(problemsOf(expr, labels), [], `${alert}: ${expr}`);
  }
});

t.test('the variables of the dashboard have values', async (t) => {
  for (const { name, type, query } of dashboard.templating.list) {
    if (type === 'datasource') continue;
    const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(query.query) ?? [];
    t.equal(label, name);
    t.ok(ADDED.includes(label) || reported.get(metric)?.has(label), query.query);
    t.ok(reported.has(metric), metric);
  }
});

t.test('a name that the server does not report is seen', async (t) => {
  for (const [expression, named, problem] of [
    ['rate(batch_dispatch_images_total[5m])', [], 'there is no batch_dispatch_images_total'],
    ['batch_dispatch_batches_total{cause="full"}', [], /has no label cause/],
    ['batch_dispatch_batches_total{reason=~"full|bored"}', [], /has reason="bored"/],
    ['sum by (modell) (batch_dispatch_batches_total)', [], /no label modell to group by/],
    ['sum by (model) (batch_dispatch_batches_total)', ['reason'], /result has no label reason/],
    ['sum without (reason) (batch_dispatch_batches_total)', ['reason'], /has no label reason/],
    ['batch_dispatch_batches_total', ['code'], /result has no label code/],
  ] as const) {
    t.match(problemsOf(expression, named).join(), problem, expression);
  }
  t.throws(() => readPromql('sum(rate(x[5m])'), /not PromQL/);
});

t.test('panels do not overlap, and each has a title of its own', async (t) => {
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }: GridPanel) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
  );
  t.equal(new Set(cells).size, cells.length);
  t.ok(dashboard.panels.every(({ gridPos: { x, w } }: GridPanel) => x + w <= 24));
  t.equal(new Set(panels.map(({ title }) => title)).size, panels.length);
});
