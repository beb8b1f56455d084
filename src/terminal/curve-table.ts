import type { MeasuredBatch } from '../engine/index.js';

/** The latency curve of one lane as a table: batch, ms, images/s, gain over the smallest batch. */
export function curveTable(curve: readonly MeasuredBatch[]): string[] {
  const rate = ({ batchSize, ms }: MeasuredBatch) => (1000 * batchSize) / ms;
  const [smallest] = curve;
  if (!smallest) return [];
  const rows = curve.map((point) => [
    String(point.batchSize),
    point.ms.toFixed(point.ms < 1 ? 3 : point.ms < 10 ? 2 : point.ms < 100 ? 1 : 0),
    rate(point).toFixed(0),
    `${(rate(point) / rate(smallest)).toFixed(1)}x`,
  ]);
  const table = [['batch', 'ms', 'images/s', 'gain'], ...rows];
  return table.map(([batch, ms, images, gain]) =>
    [batch?.padStart(5), ms?.padStart(7), images?.padStart(9), gain?.padStart(6)].join(' '),
  );
}
