import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { BatchFailedError } from '../../../src/batcher/index.js';
import { UndecodableImageError } from '../../../src/decode/index.js';
import { ByteBudget } from '../../../src/tools/classify/byte-budget.js';
import { classifyFile } from '../../../src/tools/classify/classify-file.js';
import { ToolError } from '../../../src/tools/tool-error.js';

const SCORES = { confidence: Float32Array.of(1), labelIndex: Int32Array.of(0) };
const limits = (maxBodyBytes = 8) => ({ budget: new ByteBudget(8), maxBodyBytes });

t.test('the bytes of the file are classified, in a buffer of their own', async (t) => {
  const path = join(t.testdir({ image: '12345678' }), 'image');
  const answer = await classifyFile(path, limits(), async (bytes) => {
    t.equal(bytes.toString(), '12345678');
    t.equal(bytes.buffer.byteLength, bytes.length);
    return SCORES;
  });
  t.equal(answer, SCORES);
});

t.test('what is wrong with a file is its answer', async (t) => {
  const folder = t.testdir({ empty: '', long: '123456789', folder: {} });
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  const classify = async () => SCORES;
  for (const [name, code] of [
    ['none', 'unreadable_file'],
    ['folder', 'unreadable_file'],
    ['pipe', 'unreadable_file'],
    ['empty', 'empty_body'],
    ['long', 'body_too_large'],
  ] as const) {
    const answer = await classifyFile(join(folder, name), limits(), classify);
    t.match(answer, { code, title: /^[A-Z]/, detail: /\.$/ }, name);
  }
});

t.test('what is wrong with an image is its answer, with the code of the server', async (t) => {
  const path = join(t.testdir({ image: '12345678' }), 'image');
  for (const [error, code] of [
    [new UndecodableImageError(), 'undecodable_image'],
    [new BatchFailedError('x'), 'inference_failed'],
    [new Error('/secret/path'), 'internal_error'],
  ] as const) {
    const answer = await classifyFile(path, limits(), () => Promise.reject(error));
    t.match(answer, { code });
    t.notMatch(JSON.stringify(answer), 'secret');
  }
});

t.test('an error of the run is not that of an image', async (t) => {
  const path = join(t.testdir({ image: '1' }), 'image');
  const error = new ToolError('the model has stopped working');
  await t.rejects(
    classifyFile(path, limits(), () => Promise.reject(error)),
    error,
  );
});

t.test('the bytes are counted until the image is done, well or not', async (t) => {
  const path = join(t.testdir({ image: '12345678' }), 'image');
  const shared = limits();
  let inMemory = 0;
  await Promise.all(
    Array.from({ length: 6 }, (_, i) =>
      classifyFile(path, shared, async () => {
        t.equal(++inMemory, 1, 'there is room for one at a time');
        await new Promise(setImmediate);
        inMemory--;
        if (i % 2 === 0) throw new UndecodableImageError();
        return SCORES;
      }),
    ),
  );
});
