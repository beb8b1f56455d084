import fc from 'fast-check';
import { BatcherModel } from '../helpers/batcher-model/batcher-model.js';
import {
  badClockHistories,
  type History,
  usualHistories,
} from '../helpers/batcher-model/histories.js';
import { share } from '../helpers/long.js';

/** Fewer where a known fault is looked for; many more at night. */
const RUNS = Number(process.env['RUNS'] ?? share(10_000));
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);

async function live({ limits, lanes, curve, happenings }: History): Promise<void> {
  const model = new BatcherModel(limits, lanes, curve);
  for (const one of happenings) await model.apply(one);
  await model.end();
}

function check(histories: fc.Arbitrary<History>, numRuns: number) {
  return fc.check(fc.asyncProperty(histories, live), {
    numRuns,
    seed: SEED,
    includeErrorInReport: true,
  });
}

const usual = await check(usualHistories, RUNS);
const badClock = await check(badClockHistories, Math.ceil(RUNS / 5));

// Not before: tap watches every promise, which doubles the time.
const { default: t } = await import('tap');

t.comment(`SEED=${SEED} RUNS=${RUNS}`);

t.test('whatever happens, every invariant holds after each step and at the end', async (t) => {
  t.notOk(usual.failed, fc.defaultReportMessage(usual) ?? `${usual.numRuns} histories`);
});

t.test('a clock that jumps back and on, or stands still, breaks nothing but times', async (t) => {
  t.notOk(badClock.failed, fc.defaultReportMessage(badClock) ?? `${badClock.numRuns} histories`);
});
