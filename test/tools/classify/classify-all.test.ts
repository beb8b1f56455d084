import t from 'tap';
import { classifyAll } from '../../../src/tools/classify/classify-all.js';

const NEVER = new AbortController().signal;
const turn = () => new Promise<void>(setImmediate);
const names = (count: number) => Array.from({ length: count }, (_, i) => `${i}.jpg`);

t.test('all images are classified, never more than so many at once', async (t) => {
  let [inFlight, most] = [0, 0];
  const written: string[] = [];
  const isComplete = await classifyAll({
    images: names(20),
    inFlight: 3,
    async classify(path) {
      most = Math.max(most, ++inFlight);
      await turn();
      return path;
    },
    async write(path, answer) {
      await turn();
      inFlight--;
      t.equal(path, answer);
      written.push(answer);
    },
    stop: NEVER,
  });
  t.ok(isComplete);
  t.equal(most, 3, 'an image that waits to be written counts too');
  t.same(written.sort(), names(20).sort());
});

t.test('images are asked for one at a time', async (t) => {
  let asked = 0;
  function* many() {
    while (asked < 1000) yield `${asked++}`;
  }
  const controller = new AbortController();
  await classifyAll({
    images: many(),
    inFlight: 2,
    classify: async () => turn(),
    write: async () => {
      if (asked >= 10) controller.abort();
    },
    stop: controller.signal,
  });
  t.ok(asked <= 12, `${asked}`);
});

t.test('what is in flight when it is stopped is finished and written', async (t) => {
  const controller = new AbortController();
  const [begun, written]: [string[], string[]] = [[], []];
  const isComplete = await classifyAll({
    images: names(20),
    inFlight: 4,
    async classify(path) {
      begun.push(path);
      if (begun.length === 6) controller.abort();
      await turn();
    },
    write: async (path) => void written.push(path),
    stop: controller.signal,
  });
  t.notOk(isComplete);
  t.equal(begun.length, 6);
  t.same(written.sort(), begun.sort());
});

t.test('an error ends the run, and the others in flight are finished first', async (t) => {
  const written: string[] = [];
  const run = classifyAll({
    images: names(20),
    inFlight: 3,
    async classify(path) {
      if (path === '1.jpg') throw new Error('broken');
      await turn();
    },
    write: async (path) => void written.push(path),
    stop: NEVER,
  });
  await t.rejects(run, new Error('broken'));
  t.same(written, ['0.jpg', '2.jpg']);
});

t.test('an error while images are looked for ends the run', async (t) => {
  function* broken() {
    yield 'a.jpg';
    throw new Error('cannot read');
  }
  const parts = { images: broken(), inFlight: 2, stop: NEVER };
  const run = classifyAll({ ...parts, classify: turn, write: async () => {} });
  await t.rejects(run, new Error('cannot read'));
});
