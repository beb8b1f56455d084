import t from 'tap';
import { shareRuns } from '../../../src/server/telemetry/share-runs.js';

function setup() {
  const ends: ((value: number) => void)[] = [];
  const ask = shareRuns(() => new Promise<number>((resolve) => ends.push(resolve)));
  return { ask, ends };
}

t.test('who asks during a run shares the next one', async (t) => {
  const { ask, ends } = setup();
  const first = ask();
  const others = [ask(), ask(), ask()];
  t.equal(ends.length, 1);
  ends[0]?.(1);
  t.equal(await first, 1);
  t.equal(ends.length, 2, 'one run for three');
  const late = ask();
  ends[1]?.(2);
  t.same(await Promise.all(others), [2, 2, 2]);
  ends[2]?.(3);
  t.equal(await late, 3);
});

t.test(
  'a run that fails fails for those who asked for it, and is followed by the next',
  async (t) => {
    let runs = 0;
    const ask = shareRuns(async () => {
      if (++runs === 1) throw new Error('no');
      return runs;
    });
    const [first, second] = [ask(), ask()];
    await t.rejects(first, { message: 'no' });
    t.equal(await second, 2);
    t.equal(await ask(), 3);
  },
);
