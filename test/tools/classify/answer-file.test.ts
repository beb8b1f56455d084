import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { AnswerFile } from '../../../src/tools/classify/answer-file.js';
import { csv, jsonLines } from '../../../src/tools/classify/answer-format.js';
import { ToolError } from '../../../src/tools/tool-error.js';

const OPTIONS = { model: 'demo', labels: ['cat, tabby', 'a "dog"'], topK: 2 };
const SCORES = { confidence: Float32Array.of(0.75, 0.25), labelIndex: Int32Array.of(1, 0) };
const REFUSAL = { code: 'undecodable_image', title: 'It is broken', detail: 'Send, please.' };
const NAMES = ['a.jpg', 'b, "c"\nd.jpg', 'ä€.jpg'];

/** A file with an answer, an error and an answer. */
async function written(t: Test, format: ReturnType<typeof csv>) {
  const path = join(t.testdir({}), 'out');
  const file = await AnswerFile.open(path, format);
  for (const name of NAMES) await file.write(name, name.startsWith('b') ? REFUSAL : SCORES);
  await file.close();
  return path;
}

for (const [name, open] of Object.entries({ jsonLines, csv })) {
  const format = open(OPTIONS);

  t.test(`${name}: wherever writing ended, whole records are kept and torn ones go`, async (t) => {
    const path = await written(t, format);
    const whole = readFileSync(path);
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const file = await AnswerFile.open(path, format);
      const { paths, errors } = file.earlier;
      const missing = NAMES.filter((name) => !paths.has(name));
      const errorsOf = (some: readonly string[]) => some.filter((each) => each.startsWith('b'));
      if (errors !== errorsOf([...paths]).length) t.fail(`${errors} errors at ${length}`);
      for (const each of missing) await file.write(each, each.startsWith('b') ? REFUSAL : SCORES);
      await file.close();
      if (!readFileSync(path).equals(whole)) t.fail(`cut at ${length} of ${whole.length}`);
    }
    t.ok(whole.length > 200);
  });

  t.test(`${name}: a file that contains something else stays as it is`, async (t) => {
    const ofOther = open({ ...OPTIONS, model: 'other' });
    const others = [
      'something else',
      'something\nelse\n',
      'x'.repeat(2 * 1024 * 1024),
      '"',
      ofOther.head + ofOther.record('a.jpg', SCORES),
    ];
    for (const text of others) {
      const path = join(t.testdir({ out: text }), 'out');
      await t.rejects(AnswerFile.open(path, format), ToolError);
      t.ok(readFileSync(path, 'utf8') === text, text.slice(0, 20));
    }
  });

  t.test(`${name}: a file that cannot be written is one sentence`, async (t) => {
    const file = await AnswerFile.open(join(t.testdir({}), 'none/out'), format).catch(
      (error: unknown) => error,
    );
    if (file instanceof ToolError) t.match(file.message, /^cannot write .*: ENOENT/);
    else if (file instanceof AnswerFile) {
      // All of them wait for room.
      const writes = Array.from({ length: 1000 }, () => file.write('a.jpg', SCORES));
      await Promise.allSettled(writes);
      await t.rejects(file.close(), /^cannot write .*: ENOENT/);
    } else throw file;
  });
}

t.test('the number of columns of a table must be the same', async (t) => {
  const path = await written(t, csv(OPTIONS));
  await t.rejects(AnswerFile.open(path, csv({ ...OPTIONS, topK: 1 })), /choose another --out$/);
});
