import type { CaseFigures, HttpResult } from './figures.js';
import { batch1Of, best, gainOverBatch1, ms } from './report.js';

/** A window counts as good as the best if its rate is at least this share of the best rate. */
const AS_GOOD = 0.97;

/** The conclusions from a result, in sentences; every number comes from its figures. */
export function conclusions(result: HttpResult): string[] {
  const decoder = best(result.cases)?.decoder;
  const cases = result.cases.filter((one) => one.decoder === decoder);
  const most = Math.max(...cases.map(({ connections }) => connections));
  const fewest = Math.min(...cases.map(({ connections }) => connections));
  const batched = cases.filter(({ setting }) => setting !== 'batch 1');
  const atMost = batched.filter(({ connections }) => connections === most);
  const fastest = best(atMost);
  if (!fastest) return [];
  const one = batch1Of(fastest, cases) as CaseFigures;
  const gain = gainOverBatch1(fastest, cases) ?? 1;
  const alone = (setting: string) =>
    cases.find((c) => c.setting === setting && c.connections === fewest);
  const zero = alone('window 0');
  const lines = [
    `With ${most} connections, batching serves ${gain.toFixed(2)} times as many images per second as one image per batch, and p99 is ${ms(fastest.p99Ms)} ms instead of ${ms(one.p99Ms)} ms (${fastest.setting}).`,
  ];
  for (const other of new Set(result.cases.map((one) => one.decoder))) {
    if (other === decoder) continue;
    const its = result.cases.filter((c) => c.decoder === other && c.connections === most);
    const slower = best(its) as CaseFigures;
    const times = fastest.requestsPerSecond / slower.requestsPerSecond;
    lines.push(
      `With ${most} connections, the decoder ${decoder} serves ${times.toFixed(2)} times as many images per second as ${other}, p99 is ${ms(fastest.p99Ms)} ms instead of ${ms(slower.p99Ms)} ms, and an image costs ${perImage(fastest)} ms of CPU time instead of ${perImage(slower)} ms.`,
    );
  }
  for (const figures of atMost) {
    if (!zero || figures.setting === 'window 0') continue;
    const costs = (alone(figures.setting)?.p50Ms ?? 0) - zero.p50Ms;
    const rate0 = atMost.find(({ setting }) => setting === 'window 0')?.requestsPerSecond ?? 0;
    const buys = 100 * (figures.requestsPerSecond / rate0 - 1);
    lines.push(
      `A ${figures.setting.replace('window ', 'window of ')} ms adds ${costs.toFixed(2)} ms to p50 with ${fewest === 1 ? 'one connection' : `${fewest} connections`}, and ${buys < 0 ? 'lowers' : 'raises'} throughput by ${Math.abs(buys).toFixed(0)} % with ${most}.`,
    );
  }
  if (atMost.length < 2) return lines;
  const enough = atMost.find(
    ({ requestsPerSecond }) => requestsPerSecond >= AS_GOOD * fastest.requestsPerSecond,
  );
  const window = Number((enough ?? fastest).setting.replace('window ', ''));
  lines.push(
    `Recommended: \`"maxQueueDelayMs": ${window}\`, the smallest window within ${Math.round(100 * (1 - AS_GOOD))} % of the best rate.`,
  );
  return lines;
}

function perImage({ serverCores, requestsPerSecond }: CaseFigures): string {
  return ((1000 * serverCores) / requestsPerSecond).toFixed(2);
}
