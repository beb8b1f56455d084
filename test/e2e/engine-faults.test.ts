import t from 'tap';
import { faultyClassifier } from '../helpers/faulty-classifier.js';
import { solidJpeg } from '../helpers/make-jpeg.js';
import { metric } from '../helpers/metric.js';
import { writeModelFolder } from '../helpers/onnx-models.js';
import { startServer } from '../helpers/start-server.js';
import { until } from '../helpers/until.js';

// The real engine, with a model that throws on white, says NaN of black, and hangs on grey.

const RED = solidJpeg(16, 16, [255, 0, 0]);
const WHITE = solidJpeg(16, 16, [255, 255, 255]);
const BLACK = solidJpeg(16, 16, [0, 0, 0]);
const GREY = solidJpeg(16, 16, [128, 128, 128]);

function startFaulty(t: Parameters<typeof startServer>[0]) {
  const folder = t.testdir();
  writeModelFolder(folder, { onnx: faultyClassifier() });
  return startServer(t, ['--model', folder]);
}

t.test('a poisoned image fails alone, and so does one without scores', async (t) => {
  const url = await startFaulty(t).url;
  const form = new FormData();
  const images = [RED, WHITE, RED, BLACK, RED, WHITE, RED, RED];
  for (const bytes of images) form.append('file', new Blob([bytes]));
  const response = await fetch(`${url}/api/classify`, { method: 'POST', body: form });
  const answers = (await response.json()) as object[];
  answers.forEach((answer, i) => {
    const isGood = images[i] === RED;
    t.match(
      answer,
      isGood ? { predictions: [{ label: 'c0001 red' }] } : { error: { code: 'inference_failed' } },
    );
  });
  t.equal((await fetch(`${url}/v2/health/ready`)).status, 200);
});

t.test('a lane that hangs gives 504, and its process is replaced', async (t) => {
  const server = startFaulty(t);
  const url = await server.url;
  const classify = (body: Buffer) => fetch(`${url}/api/classify`, { method: 'POST', body });
  const hung = classify(GREY);
  await until(async () => (await metric(url, 'batches_total{model="tiny",reason="idle"}')) === 1);
  // It waits behind the batch that hangs.
  const behind = classify(RED);
  const answer = await hung;
  t.equal(answer.status, 504);
  t.match(await answer.json(), { code: 'deadline_exceeded' });
  t.match(await (await behind).json(), { code: 'engine_unavailable' });
  await until(() => /serving process \d+ is ready/.test(server.stderr()));
  t.match(server.stderr(), /serving process \d+ ended with SIGKILL/);
  await until(() => server.stdout().includes('"state":"hung"'));
  t.equal((await classify(RED)).status, 200);
});
