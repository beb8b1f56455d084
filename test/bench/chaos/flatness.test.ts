import t from 'tap';
import { Flatness } from '../../../bench/chaos/flatness.js';

/** What is said after each reading. */
function readings(megabytes: readonly number[]): (string | undefined)[] {
  const flatness = new Flatness('serving', 1);
  return megabytes.map((one) => flatness.grows({ megabytes: one, descriptors: 20 }));
}

t.test('memory may grow at first and differ afterwards', async (t) => {
  const flat = [
    200,
    280,
    300,
    290,
    300,
    300,
    ...Array.from({ length: 200 }, (_, i) => 290 + (i % 30)),
  ];
  t.same(new Set(readings(flat)), new Set([undefined]));
  t.equal(readings([...flat.slice(0, 20), 900, 900, 300]).at(-1), undefined, 'a peak is no growth');
});

t.test('memory that grows by a megabyte a round is found', async (t) => {
  const said = readings(Array.from({ length: 150 }, (_, i) => 300 + i));
  t.match(said.at(-1), /grew from 302 to 448 MB in 150 rounds/);
});

t.test('descriptors may not be many more than the fewest', async (t) => {
  for (const [role, more] of [
    ['serving', 20],
    ['supervisor', 3],
  ] as const) {
    const flatness = new Flatness(role, 1);
    const say = (descriptors: number) => flatness.tooManyDescriptors({ megabytes: 1, descriptors });
    t.equal(say(40), undefined);
    t.equal(say(30), undefined);
    t.equal(say(30 + more), undefined);
    t.match(say(31 + more), `has ${31 + more} descriptors without clients, and had 30`);
  }
});
