import { writeFileSync } from 'node:fs';
import { Resvg } from '@resvg/resvg-js';
import { linePlot } from '../../src/tools/plot/line-plot.js';
import { counted } from './counted.js';
import type { CaseFigures, HttpResult } from './figures.js';
import { nameOf } from './report.js';
import { longTitle } from './titles.js';

/** Latency against throughput as the text of an SVG file: one line per setting, one point per number of connections. */
export function pictureOf(result: HttpResult): string {
  const { machine, load, date } = result;
  const cores = counted(machine.cores, 'core');
  const lineOf = ({ setting, decoder }: CaseFigures) => nameOf(setting, decoder);
  const names = [...new Set(result.cases.map(lineOf))];
  const rounds = `median of ${counted(load.rounds, 'round')} of ${load.seconds} s`;
  return linePlot({
    title: longTitle(result),
    subtitle: `${machine.cpu}, ${cores}; ${date.slice(0, 10)}; ${rounds}; the number at a point is that of the connections`,
    xLabel: 'throughput, requests/s',
    yLabel: 'p99 latency, ms',
    logY: true,
    lines: names.map((name) => ({
      name,
      points: result.cases
        .filter((one) => lineOf(one) === name)
        .map(({ requestsPerSecond: x, p99Ms: y, connections }) => ({
          x,
          y,
          label: String(connections),
        })),
    })),
  });
}

/** Draws the picture as SVG and PNG. */
export function drawPicture(result: HttpResult, stem: string): void {
  const svg = pictureOf(result);
  writeFileSync(`${stem}.svg`, svg);
  writeFileSync(`${stem}.png`, new Resvg(svg, { background: 'white' }).render().asPng());
}
