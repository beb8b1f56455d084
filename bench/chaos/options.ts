import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run chaos -- [--minutes N] [--seed S] [options]

Starts the server with the embedded model, drives it with good, bad, slow, aborting, bursting, pipelining and idle clients,
kills and stops its processes, changes its configuration, and checks throughout that it keeps its promises. The first
broken promise ends the run. Needs Linux.

  --minutes N     length of the run (default 2)
  --seed S        the same seed makes the same choices in the same order (default: a random one)
  --processes N   serving processes (default 2)
  --load          keeps every core busy with other programs throughout
  --json FILE     writes the result as JSON
  --keep DIR      writes the evidence there, even if nothing broke (default: a temporary folder)

The exit code is 0 if every promise was kept, else 1.
`;

export interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly processes: number;
  /** How many programs beside the server keep the cores busy throughout. */
  readonly busyPrograms: number;
  readonly json: string | undefined;
  readonly keep: string | undefined;
}

/** @returns undefined if only the usage was requested; a sentence if an option is wrong */
export function readOptions(args: readonly string[]): Options | string | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { ...text, default: '2' },
      seed: text,
      processes: { ...text, default: '2' },
      load: { type: 'boolean', default: false },
      json: text,
      keep: text,
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) return `--minutes: "${values.minutes}" is not a positive number`;
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
  if (!Number.isSafeInteger(seed) || seed < 0) {
    return `--seed: "${values.seed}" is not a whole number of at least 0`;
  }
  const processes = Number(values.processes);
  if (!(Number.isInteger(processes) && processes >= 1 && processes <= 16)) {
    return `--processes: "${values.processes}" is not a whole number from 1 to 16`;
  }
  const busyPrograms = values.load ? availableParallelism() : 0;
  return { minutes, seed, processes, busyPrograms, json: values.json, keep: values.keep };
}
