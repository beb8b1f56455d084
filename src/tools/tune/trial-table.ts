import type { Millis } from '../../batcher/index.js';
import { type Met, meetsGoal } from './recommend.js';
import type { Trial } from './try-settings.js';

const COLUMNS = [
  'limit',
  'window',
  'p50 ms',
  'p99 ms',
  'images/s',
  'mean batch',
  'lane busy',
  'lost',
];
const WIDTHS = [7, 8, 9, 9, 12, 12, 11, 8];

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** The lines of a table with one setting per line. A limit that cannot carry the load has one line for all windows. */
export function trialTable(
  trials: readonly Trial[],
  goalMs: Millis,
  recommended: Met | undefined,
): string[] {
  const lines = [row(COLUMNS)];
  let limitSaid = 0;
  for (const trial of trials) {
    const { setting, figures } = trial;
    if (figures === undefined) {
      if (limitSaid === setting.maxBatchSize) continue;
      limitSaid = setting.maxBatchSize;
      lines.push(`${row([String(setting.maxBatchSize), 'any'])}   cannot carry the load`);
      continue;
    }
    const mark =
      trial === recommended ? '  <- recommended' : meetsGoal(trial, goalMs) ? '  meets' : '';
    lines.push(
      row([
        String(setting.maxBatchSize),
        String(setting.maxQueueDelayMs),
        figures.p50Ms.toFixed(1),
        figures.p99Ms.toFixed(1),
        whole.format(figures.imagesPerSecond),
        figures.meanBatchSize.toFixed(1),
        percent(figures.busyShare),
        percent(figures.lostShare),
      ]) + mark,
    );
  }
  return lines;
}

function percent(share: number): string {
  return share > 0 && share < 0.01
    ? `${(100 * share).toFixed(2)} %`
    : `${(100 * share).toFixed(0)} %`;
}

function row(cells: readonly string[]): string {
  return cells.map((cell, i) => cell.padStart(Number(WIDTHS[i]))).join('');
}
