import type { ParseArgsConfig } from 'node:util';
import { readFlags, UsageError } from '../read-flags.js';
import { wholeNumber } from '../whole-number.js';
import { type Arrivals, poissonArrivals, recordedArrivals } from './arrivals.js';
import { readTrace } from './read-trace.js';

export const MOST_GPUS = 1000;

export const USAGE = `Usage: npm run tune -- --p99-ms MS (--arrivals poisson:RATE | --trace FILE)
                      [--model DIR | --curve FILE] [--gpus N] [--plot FILE.svg] [--seed N]

  --p99-ms MS              goal: 99 of 100 images wait and run for at most so many milliseconds
  --arrivals poisson:RATE  independent clients, so many images a second in all
  --trace FILE             recorded arrival times instead: milliseconds, one a line, rising
  --model DIR              folder of a model that was served on the hardware planned for (default models/demo)
  --curve FILE             that hardware's latency curve instead, as kept in DIR/latency-curves
  --gpus N                 GPUs, 1 to ${MOST_GPUS}, each with a serving process of its own (default 1);
                           for a curve of the CPU, machines
  --plot FILE.svg          draws p99 against load for each window
  --seed N                 other random arrivals (default 1)
  --help                   print this and exit

What it does, and what it does not know of: docs/sizing.md
`;

export interface TuneFlags {
  readonly goalMs: number;
  readonly arrivals: Arrivals;
  /** "poisson:2000" or the path of the trace. */
  readonly arrivalsName: string;
  /** The path of a curve, or of a model folder. */
  readonly curvePath: string;
  readonly gpus: number;
  readonly plot?: string;
  readonly seed: number;
}

const options = {
  'p99-ms': { type: 'string' },
  arrivals: { type: 'string' },
  trace: { type: 'string' },
  model: { type: 'string' },
  curve: { type: 'string' },
  gpus: { type: 'string', default: '1' },
  plot: { type: 'string' },
  seed: { type: 'string', default: '1' },
} as const satisfies ParseArgsConfig['options'];

/**
 * @throws {HelpWanted} as readFlags
 * @throws {UsageError} one sentence that names the flag
 * @throws {ToolError} one sentence that names the file
 */
export function parseFlags(args: readonly string[]): TuneFlags {
  const { values } = readFlags(USAGE, { args: [...args], options });
  const { arrivals, trace, model, curve, plot } = values;
  if (values['p99-ms'] === undefined)
    throw new UsageError('--p99-ms is missing: give the goal in milliseconds.');
  const goalMs = Number(values['p99-ms']);
  if (!(goalMs > 0 && goalMs <= 60_000)) {
    throw new UsageError('--p99-ms must be a number of milliseconds above 0 and at most 60000.');
  }
  if ((arrivals === undefined) === (trace === undefined)) {
    throw new UsageError('Give either --arrivals poisson:RATE or --trace FILE.');
  }
  if (model !== undefined && curve !== undefined) {
    throw new UsageError('Give either --model DIR or --curve FILE.');
  }
  return {
    goalMs,
    arrivals: trace === undefined ? poisson(arrivals ?? '') : recordedArrivals(readTrace(trace)),
    arrivalsName: trace ?? arrivals ?? '',
    curvePath: curve ?? model ?? 'models/demo',
    gpus: wholeNumber('--gpus', values.gpus, 1, MOST_GPUS),
    ...(plot === undefined ? {} : { plot }),
    seed: wholeNumber('--seed', values.seed, 0, 2 ** 31 - 1),
  };
}

function poisson(text: string): Arrivals {
  const rate = Number(/^poisson:(\d+(?:\.\d+)?)$/.exec(text)?.[1]);
  if (rate > 0 && rate <= 100_000_000) return poissonArrivals(rate);
  throw new UsageError(
    `--arrivals must be poisson:RATE with a rate in images per second, such as poisson:2000, not "${text}".`,
  );
}
