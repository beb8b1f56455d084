import type { LoadFigures, LoadSetup } from '../overload/messages.js';
import { startGenerator } from '../tools/start-generator.js';
import type { LoadSource } from './drive.js';
import type { OpenLoopFigures } from './figures.js';

const TIMEOUT_MS = 5000;
const WARM_SECONDS = 2;

export interface OpenLoopOrders {
  readonly url: string;
  readonly setting: string;
  /** The rate that the closed loop reached. */
  readonly capacity: number;
  readonly shareOfCapacity: number;
  readonly seconds: number;
  readonly images: readonly string[];
}

/** Independent clients: requests arrive as a Poisson process, whether or not earlier ones have been answered. */
export async function openLoop(
  orders: OpenLoopOrders,
  source: LoadSource,
): Promise<OpenLoopFigures> {
  const { url, setting, capacity, shareOfCapacity, seconds, images } = orders;
  const requestsPerSecond = (capacity * shareOfCapacity) / source.processes;
  const setup: LoadSetup = {
    url,
    requestsPerSecond,
    seconds,
    warmSeconds: WARM_SECONDS,
    timeoutMs: TIMEOUT_MS,
    images,
    clients: 0,
    keepAlive: true,
    imagesPerRequest: 1,
  };
  const all = (await Promise.all(
    Array.from({ length: source.processes }, () =>
      startGenerator('overload-generator.js', setup, source.cores)(),
    ),
  )) as LoadFigures[];
  const sum = (of: (figures: LoadFigures) => number) =>
    all.reduce((total, figures) => total + of(figures), 0);
  const worst = (of: (figures: LoadFigures) => number) => Math.max(...all.map(of));
  return {
    setting,
    shareOfCapacity,
    requestsPerSecond: sum((figures) => figures.requestsPerSecond),
    // With several generators, the result of the slowest, because none of them sees the others' answers.
    p50Ms: worst(({ answeredP50Ms }) => answeredP50Ms),
    p99Ms: worst(({ answeredP99Ms }) => answeredP99Ms),
    endings: endingsOf(all),
    failed: sum(({ sent, endings }) => sent - (endings['200'] ?? 0)),
    lateP99Ms: worst(({ lateP99Ms }) => lateP99Ms),
  };
}

function endingsOf(all: readonly LoadFigures[]): Record<string, number> {
  const endings: Record<string, number> = {};
  for (const [how, count] of all.flatMap((figures) => Object.entries(figures.endings))) {
    endings[how] = (endings[how] ?? 0) + count;
  }
  return endings;
}
