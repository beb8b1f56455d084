import t from 'tap';
import { ByteBudget } from '../../../src/tools/classify/byte-budget.js';

/** Takes in the background; the list has the names of those that have taken. */
function taker(budget: ByteBudget) {
  const taken: string[] = [];
  const take = (name: string, bytes: number) =>
    void budget.take(bytes).then(() => taken.push(name));
  return { taken, take };
}

const turn = () => new Promise(setImmediate);

t.test('so many bytes are taken at once, and one more waits', async (t) => {
  const budget = new ByteBudget(10);
  const { taken, take } = taker(budget);
  take('a', 4);
  take('b', 6);
  take('c', 1);
  await turn();
  t.same(taken, ['a', 'b']);
  budget.give(4);
  await turn();
  t.same(taken, ['a', 'b', 'c']);
});

t.test('a small one does not overtake a large one, which might wait for ever', async (t) => {
  const budget = new ByteBudget(10);
  const { taken, take } = taker(budget);
  take('a', 5);
  take('large', 10);
  take('small', 1);
  await turn();
  t.same(taken, ['a']);
  budget.give(5);
  await turn();
  t.same(taken, ['a', 'large']);
  budget.give(10);
  await turn();
  t.same(taken, ['a', 'large', 'small']);
});
