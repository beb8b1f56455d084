import { readFileSync } from 'node:fs';
import t from 'tap';
import { benchmarksPage } from '../../bench/http/benchmarks-page.js';

t.test('docs/benchmarks.md is in step with the results', async (t) => {
  const page = benchmarksPage();
  t.equal(readFileSync('docs/benchmarks.md', 'utf8'), page, 'npm run docs');
  t.notMatch(page, /undefined|NaN|Infinity/);
});
