import t from 'tap';
import { table } from '../../src/terminal/table.js';

const ROWS = [
  ['name', 'size', 'what'],
  ['a', '12 MB', 'x'],
];

t.test('columns are as wide as their widest cell, numbers to the right', async (t) => {
  t.same(table(ROWS), ['name   size  what', 'a     12 MB     x']);
});

t.test('a caller may say which columns are numbers', async (t) => {
  t.same(
    table(ROWS, (column) => column === 1),
    ['name   size  what', 'a     12 MB  x'],
  );
});
