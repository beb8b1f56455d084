import t, { type Test } from 'tap';
import { Evidence } from '../../../bench/chaos/evidence.js';
import { Fates } from '../../../bench/chaos/fates.js';
import { Verdict } from '../../../bench/chaos/verdict.js';

function setup(t: Test) {
  const evidence = new Evidence(undefined);
  t.teardown(() => evidence.close(false));
  const verdict = new Verdict(evidence);
  const fates = new Fates(verdict, evidence, 4000);
  fates.started([1, 2]);
  return { fates, broken: () => verdict.broken?.sentence };
}

t.test('a process that was killed may end', async (t) => {
  const { fates, broken } = setup(t);
  const beforeMs = performance.now();
  t.notOk(fates.mayBeCut(beforeMs, performance.now()));
  fates.doom(1, false);
  t.ok(fates.mayBeCut(beforeMs, performance.now()), 'and its connections with it');
  t.ok(fates.coldMs < 0, 'another is warm');
  fates.said('serving process 1 ended with SIGKILL; starting a replacement');
  fates.said('serving process 3 is ready');
  t.equal(fates.replacedMs.length, 1);
  t.equal(fates.ended, fates.doomed);
  t.notOk(fates.mayBeCut(performance.now() + 1, Infinity), 'but no later ones');
  t.equal(broken(), undefined);
});

t.test('no other process may end', async (t) => {
  const { fates, broken } = setup(t);
  fates.said('serving process 2 ended with SIGKILL; starting a replacement');
  t.match(broken(), 'a process ended that nothing had killed');
});

t.test('a process that was stopped for a moment does not hang', async (t) => {
  const { fates, broken } = setup(t);
  fates.stop(1);
  fates.go(1);
  fates.said('serving process 1 hangs; killing it');
  t.match(broken(), 'killed process 1 as hung, but it was not stopped');
});

t.test('a process that was stopped until it was killed hangs', async (t) => {
  const { fates, broken } = setup(t);
  fates.doom(2, true);
  fates.said('serving process 2 hangs; killing it');
  fates.said('serving process 2 ended with SIGKILL; starting a replacement');
  t.equal(broken(), undefined);
  fates.doom(1, false);
  t.ok(fates.coldMs > 0, 'then none is warm');
});
