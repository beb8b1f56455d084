import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  Batcher,
  type BatchLimits,
  LatencyCurve,
  type Settlement,
  SILENT,
} from '../../src/batcher/index.js';
import type { Lane, Scores } from '../../src/engine/index.js';
import { systemClock } from '../../src/server/system-clock.js';
import { coreWaitSeconds } from '../tools/core-wait.js';
import { quantile } from '../tools/quantile.js';
import { watchOthers } from './others-cpu.js';

const START_IN_MS = 300;

export interface LiveFigures {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly meanBatchSize: number;
  readonly busyShare: number;
  readonly lost: number;
  /** The largest delay of the generator. */
  readonly generatorLatestMs: number;
  /** Share of the time that the batcher's thread was ready to run and had no core. */
  readonly coreWait: number;
  /** Number of cores that other programs used. */
  readonly othersCores: number;
  /** Milliseconds of each run, with its batch size. */
  readonly runs: readonly (readonly [batchSize: number, ms: number])[];
}

/** Puts pixels into a batcher on a real lane at the given times, in an open loop. */
export async function playLive(
  lane: Lane,
  limits: BatchLimits,
  timeoutMs: number,
  timesMs: readonly number[],
  images: readonly Uint8Array[],
): Promise<LiveFigures> {
  const latenciesMs: number[] = [];
  const runs: [number, number][] = [];
  let lost = 0;
  let batchSize = 0;
  let busyMs = 0;
  const batcher = new Batcher<Uint8Array, Scores>({
    clock: systemClock,
    limits,
    curve: new LatencyCurve(lane.curve),
    lanes: [lane],
    observer: {
      ...SILENT,
      settled(ended: Settlement<Scores> | Error) {
        if (ended instanceof Error) lost++;
        else latenciesMs.push(ended.finishedMs - ended.enteredMs);
      },
      dispatched(size: number) {
        batchSize = size;
      },
      ran(_lane: number, ms: number) {
        runs.push([batchSize, ms]);
        busyMs += ms;
      },
    },
  });
  const startAt = performance.timeOrigin + performance.now() + START_IN_MS;
  const generator = new Worker(new URL('./generator-thread.js', import.meta.url), {
    workerData: { timesMs, startAt },
  });
  let seen = 0;
  let generatorLatestMs = 0;
  let othersSince = () => 0;
  let waitBefore = 0;
  let startedMs = 0;
  generator.on('message', (message: { kind: 'image' } | { kind: 'end'; latestMs: number }) => {
    if (message.kind === 'end') {
      generatorLatestMs = message.latestMs;
      return;
    }
    if (seen === 0) {
      othersSince = watchOthers();
      waitBefore = coreWaitSeconds();
      startedMs = performance.now();
    }
    try {
      const [item] = batcher.accept(1, systemClock.now() + timeoutMs);
      if (item) batcher.enqueue(item, images[seen % images.length] as Uint8Array);
    } catch {
      lost++;
    }
    seen++;
  });
  await once(generator, 'exit');
  await batcher.drain();
  const passedMs = performance.now() - startedMs;
  return {
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    meanBatchSize: latenciesMs.length / runs.length,
    busyShare: busyMs / passedMs,
    lost,
    generatorLatestMs,
    coreWait: (coreWaitSeconds() - waitBefore) / (passedMs / 1000),
    othersCores: othersSince(),
    runs,
  };
}
