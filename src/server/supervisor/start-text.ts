import { curveTable } from '../../terminal/curve-table.js';
import type { StartReport } from './process-messages.js';

/** The text that the program prints once every serving process is ready. */
export function startText(report: StartReport, processes: number, afterMs: number): string {
  const { models, decoder, batching, address, hasPage } = report;
  const many = processes > 1 ? `, ${processes} serving processes` : '';
  return [
    'Batch Dispatch',
    ...models.flatMap(({ model, engine, curve }) => [
      `  model     ${model}`,
      `  engine    ${engine}`,
      ...curveTable(curve).map((line) => `            ${line}`),
    ]),
    `  decoder   ${decoder}`,
    `  batching  ${batching}`,
    ...(hasPage ? [`  page      ${address}/`] : []),
    `  ready     ${address}/api/classify after ${(afterMs / 1000).toFixed(1)} s${many}`,
  ].join('\n');
}
