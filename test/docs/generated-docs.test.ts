import { readFileSync } from 'node:fs';
import t from 'tap';
import { generatedDocs } from '../../scripts/write-docs.js';

for (const [path, text] of Object.entries(generatedDocs())) {
  t.test(`${path} is in step with the code`, async (t) => {
    t.equal(readFileSync(path, 'utf8'), text, 'npm run docs');
    t.notMatch(text, /undefined/);
  });
}
