import t from 'tap';
import { csv, jsonLines } from '../../../src/tools/classify/answer-format.js';

const OPTIONS = { model: 'demo', labels: ['cat, tabby', 'a "dog"', 'owl'], topK: 2 };
const SCORES = {
  confidence: Float32Array.of(0.75, 0.25, 0),
  labelIndex: Int32Array.of(1, 0, 2),
};
const REFUSAL = {
  code: 'undecodable_image',
  title: 'It is not decodable',
  detail: 'Send, please.',
};
/** Names that a file may have. */
const NAMES = ['a.jpg', 'a,b.jpg', 'a "b".jpg', 'a\nb.jpg', 'ä\t=1+1.jpg', '"', '\r'];

t.test('a line of JSON has the predictions as the server writes them, or the error', async (t) => {
  const format = jsonLines(OPTIONS);
  t.equal(
    format.record('a.jpg', SCORES),
    '{"path":"a.jpg","model":"demo","predictions":[{"confidence":0.7500,"label":"a \\"dog\\""},{"confidence":0.2500,"label":"cat, tabby"}]}\n',
  );
  t.same(JSON.parse(format.record('a.jpg', REFUSAL)), {
    path: 'a.jpg',
    model: 'demo',
    error: REFUSAL,
  });
});

t.test('a record of CSV has a column for each class, and is quoted where it must be', async (t) => {
  const format = csv(OPTIONS);
  t.equal(format.head, 'path,model,code,error,label_1,confidence_1,label_2,confidence_2\n');
  t.equal(format.record('a.jpg', SCORES), 'a.jpg,demo,,,"a ""dog""",0.7500,"cat, tabby",0.2500\n');
  t.equal(
    format.record('a,b.jpg', REFUSAL),
    '"a,b.jpg",demo,undecodable_image,"It is not decodable. Send, please.",,,,\n',
  );
});

t.test('a model with fewer classes has fewer columns', async (t) => {
  const format = csv({ ...OPTIONS, topK: 100 });
  t.match(format.head, /,label_3,confidence_3\n$/);
  t.match(format.record('a', SCORES), /,owl,0\.0000\n$/);
});

for (const [name, open] of Object.entries({ jsonLines, csv })) {
  const format = open(OPTIONS);

  t.test(`${name}: what was written is known again, whatever the name`, async (t) => {
    for (const path of NAMES) {
      const done = format.record(path, SCORES);
      t.same(format.read(done), { path, isError: false }, JSON.stringify(path));
      t.same(format.read(format.record(path, REFUSAL)), { path, isError: true });
    }
  });

  t.test(`${name}: other lines are not known`, async (t) => {
    const ofOther = open({ ...OPTIONS, model: 'other' }).record('a.jpg', SCORES);
    for (const record of [ofOther, '\n', 'null\n', '17\n', '{"path":17}\n', 'a.jpg,cat\n']) {
      t.equal(format.read(record), undefined, record);
    }
  });
}
