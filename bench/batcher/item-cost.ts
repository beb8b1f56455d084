import type { Submit } from './harness.js';

/** What items cost in a run of some seconds. */
export interface ItemCost {
  readonly itemsPerSecond: number;
  /** Of the whole process, garbage collection and its threads too. */
  readonly cpuMicrosPerItem: number;
}

/** Items in flight when running flat out: enough for full batches. */
const IN_FLIGHT = 1024;

/** Submits `itemsPerSecond`, in as many bursts a second as Node's timers give. */
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

/** Submits as fast as items end. */
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

/** Measures until every item that `drive` has sent has ended. */
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
