import { join } from 'node:path';
import t from 'tap';
import { ToolError } from '../../../src/tools/tool-error.js';
import { readCurve } from '../../../src/tools/tune/read-curve.js';

const CURVE = [
  { batchSize: 1, ms: 2 },
  { batchSize: 2, ms: 3 },
];
const KEPT = JSON.stringify({ provider: 'cuda', device: 'H200', lanes: 1, curve: CURVE });

function refusal(path: string): string {
  try {
    readCurve(path);
  } catch (error) {
    if (error instanceof ToolError) return error.message;
    throw error;
  }
  return 'none';
}

t.test('the only curve of a model folder is taken', async (t) => {
  const folder = t.testdir({ 'latency-curves': { 'cuda-h200.json': KEPT } });
  const read = readCurve(folder);
  t.equal(read.file, join(folder, 'latency-curves', 'cuda-h200.json'));
  t.match(read, { provider: 'cuda', device: 'H200', hasRuns: false });
  t.same(read.curve.points, CURVE);
  t.equal(read.laneTimes(1)(2), 3);
});

t.test('of several, one must be named; a file can be', async (t) => {
  const folder = t.testdir({ 'latency-curves': { 'a.json': KEPT, 'b.json': KEPT } });
  t.match(
    refusal(folder),
    /has 2 latency curves; name one:\n {2}--curve .*a\.json\n {2}--curve .*b\.json$/,
  );
  t.equal(readCurve(join(folder, 'latency-curves', 'b.json')).provider, 'cuda');
});

t.test('a folder or file that is not there says how to get a curve', async (t) => {
  const folder = t.testdir({});
  t.match(
    refusal(folder),
    /has no latency curve\. Measure one on .*npm run tune:measure -- --model DIR/,
  );
  t.match(refusal(join(folder, 'no.json')), /no\.json cannot be read\. Measure one/);
});

t.test('a file that is no curve is refused with what is wrong', async (t) => {
  const file = (curve: unknown) =>
    t.testdir({ 'c.json': typeof curve === 'string' ? curve : JSON.stringify({ curve }) });
  t.match(refusal(join(file('{'), 'c.json')), /is not JSON\.$/);
  t.match(refusal(join(file([]), 'c.json')), /is not a latency curve: curve: /);
  t.match(refusal(join(file([{ batchSize: 1, ms: 0 }]), 'c.json')), /curve\.0\.ms: /);
  t.match(
    refusal(join(file(CURVE.toReversed()), 'c.json')),
    /batch sizes must be in ascending order/,
  );
});

t.test('runs that the file holds are drawn from, whatever their order', async (t) => {
  const runs = [{ batchSize: 1, ms: 2, runsMs: [9, 2, 4] }];
  const folder = t.testdir({ 'c.json': JSON.stringify({ curve: runs }) });
  const read = readCurve(join(folder, 'c.json'));
  t.equal(read.hasRuns, true);
  const msOf = read.laneTimes(1);
  t.same(new Set(Array.from({ length: 100 }, () => msOf(1))), new Set([2, 4, 9]));
  t.equal(read.curve.msOf(1), 5, 'the mean');
});

t.test('runs are preferred to the curve that the server keeps', async (t) => {
  const runs = JSON.stringify({ curve: [{ batchSize: 1, ms: 2, runsMs: [3] }] });
  const folder = t.testdir({
    'latency-curves': { 'a.json': KEPT, 'b.json': KEPT, 'a-runs.json': runs },
  });
  t.equal(readCurve(folder).hasRuns, true);
});
