import t from 'tap';
import type { ModelReport, StartReport } from '../../../src/server/supervisor/process-messages.js';
import { startText } from '../../../src/server/supervisor/start-text.js';

const MODEL: ModelReport = {
  model: 'm',
  engine: 'e',
  provider: 'cpu',
  batch: { isOpened: false, seen: '' },
  curve: [
    { batchSize: 1, ms: 2 },
    { batchSize: 64, ms: 16 },
  ],
};
const REPORT: StartReport = {
  models: [MODEL],
  decoder: 'd',
  batching: 'b',
  address: 'http://h:1',
  hasPage: true,
};

t.test('the start-up report has the curve as a table', async (t) => {
  t.same(startText(REPORT, 1, 1234).split('\n'), [
    'Batch Dispatch',
    '  model     m',
    '  engine    e',
    '            batch      ms  images/s   gain',
    '                1    2.00       500   1.0x',
    '               64    16.0      4000   8.0x',
    '  decoder   d',
    '  batching  b',
    '  page      http://h:1/',
    '  ready     http://h:1/api/classify after 1.2 s',
  ]);
});

t.test('several processes are counted, and a curve without points is no table', async (t) => {
  const text = startText({ ...REPORT, models: [{ ...MODEL, curve: [] }] }, 3, 50);
  t.match(text, /after 0\.1 s, 3 serving processes$/);
  t.notMatch(text, /images\/s/);
});

t.test('a server without the page does not name it', async (t) => {
  t.notMatch(startText({ ...REPORT, hasPage: false }, 1, 50), /page/);
});
