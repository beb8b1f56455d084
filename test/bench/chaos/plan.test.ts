import t from 'tap';
import { CLIENT_KINDS, planLife, planRound } from '../../../bench/chaos/plan.js';

/** All choices of a run, with the first of each client. */
function choices(seed: number) {
  return Array.from({ length: 4 }, (_, life) => ({
    life: planLife(seed, life),
    rounds: Array.from({ length: 12 }, (_, round) => {
      const { activeMs, clients, disturbances } = planRound(seed, life, round);
      const first = clients.map(({ kind, random }) => [kind, random(1000), random(1000)]);
      return { activeMs, first, disturbances };
    }),
  }));
}

t.test('the same seed makes the same choices, another seed others', async (t) => {
  t.same(choices(7), choices(7));
  t.notSame(choices(7), choices(8));
});

t.test('a short run has every kind of client and disturbance', async (t) => {
  for (let seed = 0; seed < 20; seed++) {
    const rounds = choices(seed).flatMap((one) => one.rounds);
    const clients = new Set(rounds.flatMap(({ first }) => first.map(([kind]) => kind)));
    t.same([...clients].sort(), [...CLIENT_KINDS].sort());
    const disturbances = new Set(
      rounds.flatMap((round) => round.disturbances.map(({ what }) => what.kind)),
    );
    t.equal(disturbances.size, 7);
  }
});

t.test('a long life spares its oldest process', async (t) => {
  for (let round = 0; round < 100; round++) {
    for (const { what } of planRound(5, 1, round).disturbances) {
      if (what.kind === 'kill' || what.kind === 'hang') t.equal(what.victim, 'youngest');
    }
  }
});
