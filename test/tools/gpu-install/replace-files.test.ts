import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { replaceFiles } from '../../../src/tools/gpu-install/replace-files.js';

const FILES = ['a.so', 'b.so'];

t.test('puts the files in place of older ones, readable by everybody', async (t) => {
  const folder = t.testdir({ 'a.so': 'old', '.gpu-install': { 'of a run': 'that was killed' } });
  await replaceFiles(folder, FILES, async (unfinished) => {
    t.same(readdirSync(unfinished), []);
    for (const file of FILES) await writeFile(join(unfinished, file), 'new', { mode: 0o600 });
  });
  t.same(readdirSync(folder), FILES);
  t.same(
    FILES.map((file) => readFileSync(join(folder, file), 'utf8')),
    ['new', 'new'],
  );
  t.equal(statSync(join(folder, 'a.so')).mode & 0o777, 0o644);
});

t.test('a full disk changes nothing', { skip: process.platform !== 'linux' }, async (t) => {
  const folder = t.testdir({ 'a.so': 'old', 'b.so': 'old' });
  const filling = replaceFiles(folder, FILES, async (unfinished) => {
    await writeFile(join(unfinished, 'a.so'), 'new');
    await writeFile('/dev/full', 'new');
  });
  const message = `${folder} cannot be written to: no space is left on the disk`;
  await t.rejects(filling, { name: 'ToolError', message });
  t.same(readdirSync(folder), FILES);
  t.equal(readFileSync(join(folder, 'a.so'), 'utf8'), 'old');
});

t.test('what is not the disk’s fault is thrown as it is', async (t) => {
  const fault = new Error('a bug');
  const filling = replaceFiles(t.testdir({}), FILES, async () => {
    throw fault;
  });
  await t.rejects(filling, fault);
});
