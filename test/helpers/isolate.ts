import { LaneHungError } from '../../src/batcher/index.js';
import { Item } from '../../src/batcher/item.js';
import { runIsolated } from '../../src/batcher/run-isolated.js';

export type Image = Item<number, string>;

/** What was run of a batch, and how each item ended. */
export interface Outcome {
  readonly runs: readonly (readonly number[])[];
  readonly warmUps: number;
  readonly ends: readonly (string | Error | undefined)[];
  readonly thrown: unknown;
}

export interface Faults {
  readonly guilty?: readonly number[];
  /** Every run fails. */
  readonly isBroken?: boolean;
  /** The number of the run, counted from 0, that never ends. */
  readonly hangsAt?: number;
  /** Called before a run; may settle items. */
  readonly before?: (run: number, items: readonly Image[]) => void;
  readonly answer?: (input: number) => string | Error;
}

/** Runs a batch of `size` inputs 0, 1, 2, ... on a lane with the given faults. */
export async function isolate(size: number, faults: Faults = {}): Promise<Outcome> {
  const { guilty = [], isBroken = false, hangsAt, before, answer = (input) => `${input}` } = faults;
  const ends: (string | Error | undefined)[] = Array.from({ length: size });
  const items = ends.map((_, input) => {
    const item: Image = new Item(0, 1e9, 0);
    item.input = input;
    item.state = 'dispatched';
    return item;
  });
  const runs: (readonly number[])[] = [];
  let warmUps = 0;
  const passed = new Set<number>();
  const lane = {
    async run(inputs: readonly number[], paddedSize: number) {
      before?.(runs.length, items);
      runs.push(inputs);
      if (paddedSize !== inputs.length + 100) throw new Error('not padded');
      for (const one of passed) if (ends[one] === undefined) throw new Error(`${one} still waits`);
      if (hangsAt === runs.length - 1) throw new LaneHungError('no answer');
      if (isBroken || inputs.some((input) => guilty.includes(input))) throw new Error('guilty');
      for (const input of inputs) passed.add(input);
      return inputs.map(answer);
    },
    async warmUp() {
      warmUps++;
      if (isBroken) throw new Error('broken');
    },
  };
  let thrown: unknown;
  await runIsolated(
    lane,
    items,
    (size) => size + 100,
    (item, outcome) => {
      if (item.state === 'settled') throw new Error('settled twice');
      ends[item.input ?? -1] = outcome;
      item.state = 'settled';
    },
  ).catch((error: unknown) => {
    thrown = error;
  });
  return { runs, warmUps, ends, thrown };
}
