import type { BatchLane } from './batch-lane.js';
import { BatchFailedError, LaneLostError } from './errors.js';
import type { Item } from './item.js';

/** The lane is at fault: its warm-up batch failed too. Whoever is not settled yet has no answer. */
export class LaneFailedError extends BatchFailedError {}

/** Hands an item its outcome; called at most once an item, and not for one that is settled already. */
export type Settle<I, O> = (item: Item<I, O>, outcome: O | Error) => void;

/**
 * Runs a batch so that one item's failure is its own: while a part of it fails, its halves are run, until each
 * guilty item stands alone; at most 2 * ceil(log2 n) more runs for one guilty item. Mates get their outcome as soon
 * as their part has passed. Where nobody has passed yet and both halves fail, the warm-up batch tells whether the
 * items are guilty or the lane is.
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

/** Nobody waits for a settled item; it is not run again. */
function isWanted<I, O>(item: Item<I, O>): boolean {
  return item.state !== 'settled';
}
