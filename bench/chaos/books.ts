import { sumOfMetric } from '../tools/sum-of-metric.js';
import type { Sums } from './ledger.js';

/** A reading of /metrics while no client has a request open. */
export class Books {
  readonly text: string;
  readonly accepted: number;
  readonly settled: number;
  readonly ok: number;
  readonly inProgress: number;
  readonly inQueue: number;

  constructor(text: string) {
    const sum = (name: string, label?: string) =>
      sumOfMetric(text, `batch_dispatch_items_${name}`, label);
    this.text = text;
    this.accepted = sum('accepted_total');
    this.settled = sum('settled_total');
    this.ok = sum('settled_total', 'outcome="ok"');
    this.inProgress = sum('in_progress');
    this.inQueue = sum('in_queue');
  }

  /** What does not balance; undefined if all does. */
  get imbalance(): string | undefined {
    const { accepted, settled, inProgress, inQueue } = this;
    if (inProgress !== 0 || inQueue !== 0) {
      return `${inProgress} images are in progress and ${inQueue} in the queue, though no client waits for one`;
    }
    if (accepted !== settled) return `${accepted} images were accepted, and ${settled} settled`;
    return undefined;
  }

  /** How the growth since `before` disagrees with what clients sent and received, if no process died meanwhile. */
  disagreement(before: Books, sums: Sums): string | undefined {
    const ok = this.ok - before.ok;
    const accepted = this.accepted - before.accepted;
    if (ok < sums.results)
      return `clients received ${sums.results} results, and ${ok} were counted`;
    if (accepted > sums.images)
      return `clients sent ${sums.images} images, and ${accepted} were accepted`;
    return undefined;
  }
}

/** The first counter that is lower than before; undefined if none is. */
export function decreased(before: string, after: string): string | undefined {
  const earlier = counters(before);
  for (const [series, value] of counters(after)) {
    const was = earlier.get(series);
    if (was !== undefined && value < was) return `${series} went from ${was} to ${value}`;
    earlier.delete(series);
  }
  const [gone] = earlier.keys();
  return gone === undefined ? undefined : `${gone} has disappeared`;
}

/** The values that may only grow, by series. */
function counters(text: string): Map<string, number> {
  const found = new Map<string, number>();
  let isGrowing = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('# TYPE ')) isGrowing = /(counter|histogram)$/.test(line);
    if (!isGrowing || line.startsWith('#') || line === '') continue;
    const at = line.lastIndexOf(' ');
    found.set(line.slice(0, at), Number(line.slice(at)));
  }
  return found;
}
