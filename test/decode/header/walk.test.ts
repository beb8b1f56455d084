import t from 'tap';
import { type Walk, walkAtOnce, walkInTurns } from '../../../src/decode/header/walk.js';

/** Takes so many steps, each of which takes so long. */
function* spin(steps: number, stepMs: number): Walk<string> {
  for (let i = 0; i < steps; i++) {
    const endMs = performance.now() + stepMs;
    while (performance.now() < endMs);
    yield;
  }
  return 'done';
}

t.test('a walk that takes long leaves the event loop to others', async (t) => {
  let turns = 0;
  let isOver = false;
  (function turn() {
    turns++;
    if (!isOver) setImmediate(turn);
  })();
  const before = turns;
  t.equal(walkAtOnce(spin(10, 3)), 'done');
  t.equal(turns, before);
  t.equal(await walkInTurns(spin(10, 3)), 'done');
  isOver = true;
  t.ok(turns >= before + 10, `${turns - before} turns`);
});

t.test('what goes wrong is thrown', async (t) => {
  function* fail(): Walk<void> {
    yield;
    throw new Error('no');
  }
  t.throws(() => walkAtOnce(fail()), { message: 'no' });
  await t.rejects(walkInTurns(fail()), { message: 'no' });
});
