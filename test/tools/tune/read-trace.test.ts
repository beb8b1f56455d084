import { join } from 'node:path';
import t from 'tap';
import { readTrace } from '../../../src/tools/tune/read-trace.js';

t.test('a time in milliseconds a line; empty lines and remarks do not count', async (t) => {
  const folder = t.testdir({ trace: '# from the log\n0\n1.5\r\n\n1.5\n7\n' });
  t.same(readTrace(join(folder, 'trace')), [0, 1.5, 1.5, 7]);
});

t.test('a bad file is refused with the line', async (t) => {
  const refused = (text: string, message: RegExp) => {
    const folder = t.testdir({ trace: text });
    t.throws(() => readTrace(join(folder, 'trace')), { name: 'ToolError', message });
  };
  refused('0\n12:30\n', /line 2: "12:30" is not a time in milliseconds/);
  refused('0\n5\n4\n', /line 3: 4 is earlier than the line before/);
  refused('', /needs arrivals at two different times/);
  refused('3\n', /needs arrivals at two different times/);
  refused('3\n3\n', /needs arrivals at two different times/);
  const folder = t.testdir({});
  t.throws(() => readTrace(join(folder, 'none')), { message: /none cannot be read/ });
});
