import t from 'tap';
import { pixelsOf } from '../../../src/engine/index.js';
import { solidJpeg } from '../../helpers/make-jpeg.js';
import { colourLane, type RunBatch, serveApp } from '../../helpers/serve-app.js';
import { until } from '../../helpers/until.js';

const RED = solidJpeg(16, 16, [220, 10, 20]);
const WHITE = solidJpeg(16, 16, [255, 255, 255]);

t.test('one poisoned image of a form fails alone', async (t) => {
  const lane: RunBatch = async (images, paddedSize) => {
    if (images.some((image) => pixelsOf(image)[0] === 255)) throw new Error('poison');
    return await colourLane(images, paddedSize);
  };
  const { classify } = await serveApp(t, { lane });
  const form = new FormData();
  for (const bytes of [RED, RED, WHITE, RED]) form.append('file', new Blob([bytes]));
  const answers = (await (await classify(form)).json()) as unknown[];
  const good = { predictions: [{ label: 'c1 red' }, {}, {}] };
  t.match(answers, [good, good, { error: { code: 'inference_failed' } }, good]);
});

t.test('an engine that fails everything is taken out of service, and comes back', async (t) => {
  let isBroken = true;
  const fail = async () => {
    if (isBroken) throw new Error('CUDA error 700');
  };
  const lane: RunBatch = async (images, paddedSize) => {
    await fail();
    return await colourLane(images, paddedSize);
  };
  const { classify, url, lines } = await serveApp(t, { lane, warmUp: fail });
  const ready = () => fetch(`${url}/v2/health/ready`);
  for (let i = 0; i < 3; i++) {
    t.equal((await ready()).status, 200);
    t.match(await (await classify(RED)).json(), { code: 'inference_failed', status: 500 });
  }
  const refused = await classify(RED);
  t.equal(refused.headers.get('retry-after'), '1');
  t.match(await refused.json(), { code: 'engine_unavailable', status: 503 });
  const notReady = await ready();
  t.equal(notReady.status, 503);
  t.match(await notReady.json(), { ready: false, reason: 'engine_unavailable' });
  t.equal((await fetch(`${url}/v2/health/live`)).status, 200);
  t.match(
    await (await fetch(`${url}/metrics`)).text(),
    /lane_serving\{model="colours",lane="0"\} 0\n/,
  );
  t.ok(
    lines.some(({ msg, cause }) => msg === 'lane is out of service' && /CUDA/.test(String(cause))),
  );
  isBroken = false;
  await until(async () => (await ready()).status === 200);
  t.equal((await classify(RED)).status, 200);
  t.ok(lines.some(({ msg }) => msg === 'lane is back in service'));
});
