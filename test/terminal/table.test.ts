import t from 'tap';
import { curveTable } from '../../src/terminal/curve-table.js';
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

t.test('a curve has its milliseconds in plain digits, however long a batch takes', async (t) => {
  const points = [0.2437, 9.876, 43.21, 1366.4].map((ms, i) => ({ batchSize: 2 ** i, ms }));
  const cells = curveTable(points).map((row) => row.trim().split(/ +/)[1]);
  t.same(cells, ['ms', '0.244', '9.88', '43.2', '1366']);
});
