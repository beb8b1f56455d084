import {
  Batcher,
  type BatchLane,
  type BatchLimits,
  type LatencyCurve,
  type Millis,
  type Settlement,
  SILENT,
} from '../../batcher/index.js';
import type { Arrivals } from './arrivals.js';
import type { LaneTimes } from './lane-times.js';
import { VirtualClock } from './virtual-clock.js';

export interface Simulation {
  readonly arrivals: Arrivals;
  /** Number of serving processes, each with one lane and its own batcher. */
  readonly processes: number;
  readonly limits: BatchLimits;
  /** Milliseconds from entering the batcher to the deadline. */
  readonly timeoutMs: Millis;
  /** The curve that the batcher knows. */
  readonly curve: LatencyCurve;
  /** The times that its lane takes. */
  readonly laneTimes: LaneTimes;
  readonly seed: number;
}

export interface Figures {
  /** Time in queue and infer together, for images that were answered; NaN if none was. */
  readonly p50Ms: Millis;
  readonly p99Ms: Millis;
  /** Rate of answered images, for all processes together. */
  readonly imagesPerSecond: number;
  /** NaN if no batch ran. */
  readonly meanBatchSize: number;
  /** Share of the arrivals, 0 to 1, that the batcher refused, or accepted and did not answer in time. */
  readonly lostShare: number;
  /** Share of the time, 0 to 1, that a lane was running. */
  readonly busyShare: number;
}

/** Plays arrivals through the server's own batcher on virtual time. */
export async function simulate(simulation: Simulation): Promise<Figures> {
  const { arrivals, processes, seed } = simulation;
  const total = { latenciesMs: [] as Millis[], lost: 0, batches: 0, busyMs: 0, passedMs: 0 };
  const shares = arrivals.atProcesses(processes, seed);
  for (const [i, timesMs] of shares.entries()) {
    await playOne(simulation, timesMs, seed + i, total);
  }
  const { latenciesMs, lost, batches, busyMs, passedMs } = total;
  const sorted = Float64Array.from(latenciesMs).sort();
  const answered = sorted.length;
  const quantile = (q: number) =>
    sorted[Math.min(answered - 1, Math.floor(answered * q))] ?? Number.NaN;
  return {
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    imagesPerSecond: passedMs === 0 ? 0 : (answered * 1000 * processes) / passedMs,
    meanBatchSize: answered / batches,
    lostShare: lost / (answered + lost),
    busyShare: passedMs === 0 ? 0 : busyMs / passedMs,
  };
}

interface Total {
  readonly latenciesMs: Millis[];
  lost: number;
  batches: number;
  busyMs: Millis;
  /** From the first arrival to the last answer, summed over the simulated processes. */
  passedMs: Millis;
}

async function playOne(
  { limits, timeoutMs, curve, laneTimes }: Simulation,
  timesMs: readonly Millis[],
  seed: number,
  total: Total,
): Promise<void> {
  const clock = new VirtualClock();
  const batcher = new Batcher<undefined, undefined>({
    clock,
    limits,
    curve,
    lanes: [virtualLane(clock, laneTimes(seed))],
    observer: {
      ...SILENT,
      settled(ended: Settlement<undefined> | Error) {
        if (ended instanceof Error) total.lost++;
        else total.latenciesMs.push(ended.finishedMs - ended.enteredMs);
      },
      ran(_lane: number, ms: Millis) {
        total.batches++;
        total.busyMs += ms;
      },
    },
  });
  function arrive(i: number): void {
    if (i + 1 < timesMs.length) clock.at(Number(timesMs[i + 1]), () => arrive(i + 1));
    try {
      const [item] = batcher.accept(1, clock.now() + timeoutMs);
      if (item) batcher.enqueue(item, undefined);
    } catch {
      total.lost++;
    }
  }
  if (timesMs.length === 0) return;
  clock.at(Number(timesMs[0]), () => arrive(0));
  await clock.run();
  total.passedMs += clock.now() - Number(timesMs[0]);
}

function virtualLane(
  clock: VirtualClock,
  msOf: (batchSize: number) => Millis,
): BatchLane<undefined, undefined> {
  return {
    run: (inputs, paddedSize) =>
      new Promise((resolve) => {
        clock.at(clock.now() + msOf(paddedSize), () => {
          resolve(inputs);
          return everyPromise();
        });
      }),
    warmUp: async () => {},
  };
}

/** Lets the batcher handle the end of the batch before time advances: a tick from a promise runs after all promises. */
async function everyPromise(): Promise<void> {
  await undefined;
  await new Promise<void>((resolve) => process.nextTick(resolve));
}
