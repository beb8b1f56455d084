import { readFileSync } from 'node:fs';
import t from 'tap';
import { startServer } from '../helpers/start-server.js';

const EXPECTED = JSON.parse(readFileSync('images/expected.json', 'utf8')) as Record<string, string>;

interface Prediction {
  readonly confidence: number;
  readonly label: string;
}

for (const decoder of ['native', 'jpeg-js']) {
  t.test(`the program classifies every sample image with the ${decoder} decoder`, async (t) => {
    const folder = t.testdir({
      'batch-dispatch.json': JSON.stringify({
        models: [`${process.cwd()}/models/demo`],
        decode: { decoder },
        // However slow the machine.
        batching: { defaultTimeoutMs: 600_000 },
      }),
    });
    const server = startServer(t, ['--config', `${folder}/batch-dispatch.json`]);
    const url = await server.url;
    t.match(server.stderr(), /model {5}demo, 20 classes/);
    for (const [file, label] of Object.entries(EXPECTED)) {
      const body = readFileSync(`images/${file}`);
      const response = await fetch(`${url}/api/classify`, { method: 'POST', body });
      const [best] = (await response.json()) as Prediction[];
      t.equal(best?.label, label, file);
      t.ok(Number(best?.confidence) > 0.9, `${file} ${best?.confidence}`);
    }
  });
}

t.test('an answer does not depend on the mates of its batch', async (t) => {
  const url = await startServer(t).url;
  const files = Object.keys(EXPECTED);
  const single = new Map<string, Prediction[]>();
  for (const file of files) {
    const body = readFileSync(`images/${file}`);
    const response = await fetch(`${url}/api/classify`, { method: 'POST', body });
    single.set(file, (await response.json()) as Prediction[]);
  }
  const form = new FormData();
  const order = [...files, ...files, ...files];
  for (const file of order) form.append('file', new Blob([readFileSync(`images/${file}`)]));
  const response = await fetch(`${url}/api/classify`, { method: 'POST', body: form });
  const sizes = response.headers.get('x-batch-size')?.split(', ').map(Number) ?? [];
  t.ok(Math.max(...sizes) > 1, `batches of ${sizes}`);
  const answers = (await response.json()) as { predictions: Prediction[] }[];
  answers.forEach(({ predictions }, i) => {
    const alone = single.get(String(order[i])) ?? [];
    predictions.forEach(({ label, confidence }, rank) => {
      const mate = alone.find((prediction) => prediction.label === label);
      const difference = Math.abs(confidence - Number(mate?.confidence ?? 0));
      t.ok(difference <= 2e-4, `${order[i]} rank ${rank}: ${difference}`);
    });
  });
});
