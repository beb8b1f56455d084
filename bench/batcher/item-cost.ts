import type { Submit } from './harness.js';

/** The cost of items in a run of several seconds. */
export interface ItemCost {
  readonly itemsPerSecond: number;
  /** CPU time of the whole process, including garbage collection and its threads. */
  readonly cpuMicrosPerItem: number;
}

/** Number of items in flight at full speed: enough for full batches. */
const IN_FLIGHT = 1024;

/** Submits `itemsPerSecond`, in as many bursts per second as Node's timers allow. */
export async function pacedCost(
  submit: Submit,
  itemsPerSecond: number,
  seconds: number,
): Promise<ItemCost> {
  const total = itemsPerSecond * seconds;
  return await cost(async (ended) => {
    const startedMs = performance.now();
    let sent = 0;
    while (sent < total) {
      await turn(1);
      const due = Math.floor(((performance.now() - startedMs) / 1000) * itemsPerSecond);
      const count = Math.min(due, total) - sent;
      sent += count;
      submit(count, ended);
    }
    return sent;
  });
}

/** Submits a new item whenever one ends. */
export async function flatOutCost(submit: Submit, seconds: number): Promise<ItemCost> {
  return await cost(async (ended) => {
    const endMs = performance.now() + seconds * 1000;
    let sent = 0;
    while (performance.now() < endMs) {
      sent += IN_FLIGHT;
      let left = IN_FLIGHT;
      await new Promise<void>((resolve) => {
        submit(IN_FLIGHT, () => {
          ended();
          if (--left === 0) resolve();
        });
      });
    }
    return sent;
  });
}

/** Measures until every item that `drive` has submitted has ended. */
async function cost(drive: (ended: () => void) => Promise<number>): Promise<ItemCost> {
  let ended = 0;
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const sent = await drive(() => ended++);
  while (ended < sent) await turn(0);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startedMs) / 1000;
  return { itemsPerSecond: sent / seconds, cpuMicrosPerItem: (user + system) / sent };
}

function turn(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
