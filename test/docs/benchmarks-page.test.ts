import { readFileSync } from 'node:fs';
import t from 'tap';
import { benchmarkDocs } from '../../bench/http/benchmarks-page.js';

t.test('docs/benchmarks.md and its pictures are in step with the results', async (t) => {
  const docs = Object.entries(benchmarkDocs());
  t.ok(docs.length > 2);
  for (const [path, text] of docs) {
    t.equal(readFileSync(path, 'utf8'), text, `${path}: npm run docs`);
    t.notMatch(text, /undefined|NaN|Infinity/);
  }
  const titles = docs.flatMap(([, text]) => /<title>(.*)<\/title>/.exec(text)?.[1] ?? []);
  t.equal(titles.length, docs.length - 1);
  t.equal(new Set(titles).size, titles.length, 'every picture has a title of its own');
});
