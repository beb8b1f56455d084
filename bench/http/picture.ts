import { writeFileSync } from 'node:fs';
import { Resvg } from '@resvg/resvg-js';
import { linePlot } from '../../src/tools/plot/line-plot.js';
import type { CaseFigures, HttpResult } from './figures.js';
import { nameOf } from './report.js';

/** Draws latency against throughput as SVG and PNG: one line per setting, one point per number of connections. */
export function drawPicture(result: HttpResult, stem: string): void {
  const lineOf = ({ setting, decoder }: CaseFigures) => nameOf(setting, decoder);
  const names = [...new Set(result.cases.map(lineOf))];
  const svg = linePlot({
    title: `${result.model} on ${result.provider}: p99 latency against throughput`,
    xLabel: 'requests a second',
    yLabel: 'p99, ms',
    logY: true,
    lines: names.map((name) => ({
      name,
      points: result.cases
        .filter((one) => lineOf(one) === name)
        .map(({ requestsPerSecond: x, p99Ms: y }) => ({ x, y })),
    })),
  });
  writeFileSync(`${stem}.svg`, svg);
  writeFileSync(`${stem}.png`, new Resvg(svg, { background: 'white' }).render().asPng());
}
