import type { BatchLane } from './batch-lane.js';
import { BatchFailedError, LaneLostError } from './errors.js';
import type { Item } from './item.js';

/** The lane is at fault, because its warm-up batch failed too. Items that are not settled yet have no result. */
export class LaneFailedError extends BatchFailedError {}

/** Gives an item its outcome. Called at most once per item, and not for an item that is already settled. */
export type Settle<I, O> = (item: Item<I, O>, outcome: O | Error) => void;

/**
 * Runs a batch so that one item's failure does not affect the others. While a part of the batch fails, its halves are
 * run, until each faulty item stands alone; one faulty item costs at most 2 * ceil(log2 n) more runs. The others get
 * their outcome as soon as their part succeeds. If both halves fail and no item has succeeded yet, the warm-up batch
 * shows whether the items or the lane are at fault.
 *
 * @throws {LaneFailedError} {LaneLostError} some items have no outcome
 */
export async function runIsolated<I, O>(
  lane: BatchLane<I, O>,
  batch: readonly Item<I, O>[],
  padUp: (size: number) => number,
  settle: Settle<I, O>,
): Promise<void> {
  let isLaneProven = false;
  const failed: { part: readonly Item<I, O>[]; error: Error }[] = [];

  async function attempt(all: readonly Item<I, O>[]): Promise<void> {
    const part = all.filter(isWanted);
    if (part.length === 0) return;
    try {
      const outputs = await lane.run(
        part.map(({ input }) => input as I),
        padUp(part.length),
      );
      if (outputs.length !== part.length) {
        throw new Error(`${outputs.length} outputs for ${part.length} inputs. This is a bug.`);
      }
      isLaneProven = true;
      part.forEach((item, i) => {
        if (isWanted(item)) settle(item, outputs[i] as O | Error);
      });
    } catch (cause) {
      if (cause instanceof LaneLostError) throw cause;
      failed.push({ part, error: new BatchFailedError('the batch failed', { cause }) });
    }
  }

  async function proveLane(): Promise<void> {
    try {
      await lane.warmUp();
      isLaneProven = true;
    } catch (cause) {
      if (cause instanceof LaneLostError) throw cause;
      throw new LaneFailedError('the lane failed its warm-up batch', { cause });
    }
  }

  await attempt(batch);
  for (let next = failed.shift(); next; next = failed.shift()) {
    const { part, error } = next;
    const [only] = part;
    if (part.length > 1) {
      const middle = Math.ceil(part.length / 2);
      await attempt(part.slice(0, middle));
      await attempt(part.slice(middle));
    }
    if (!isLaneProven) await proveLane();
    if (part.length === 1 && only && isWanted(only)) settle(only, error);
  }
}

/** A settled item needs no result and is not run again. */
function isWanted<I, O>(item: Item<I, O>): boolean {
  return item.state !== 'settled';
}
