import jpeg from 'jpeg-js';
import t from 'tap';
import { type Scores, ScoresNotFiniteError } from '../../../../src/engine/index.js';
import { colourLane, type RunBatch, serveApp } from '../../../helpers/serve-app.js';

function solid(red: number, green: number, blue: number, side = 16): Buffer {
  const data = Buffer.alloc(side * side * 4);
  for (let i = 0; i < data.length; i += 4) data.set([red, green, blue, 255], i);
  return Buffer.from(jpeg.encode({ data, width: side, height: side }, 95).data);
}

const RED = solid(200, 40, 10);

async function problem(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}

t.test('an image gets the exact bytes of the contract', async (t) => {
  const { classify } = await serveApp(t);
  const response = await classify(RED);
  t.equal(response.status, 200);
  t.equal(response.headers.get('content-type'), 'application/json');
  const text = await response.text();
  t.match(
    text,
    /^\[\{"confidence":0\.\d{4},"label":"c1 red"\},\{"confidence":0\.\d{4},"label":"c2 green"\},\{"confidence":0\.\d{4},"label":"c3 blue, \\"sky\\""\}\]$/,
  );
  t.equal(response.headers.get('content-length'), String(Buffer.byteLength(text)));
  t.match(
    response.headers.get('server-timing'),
    /^receive;dur=[\d.]+, decode;dur=[\d.]+, queue;dur=[\d.]+, infer;dur=[\d.]+$/,
  );
  t.equal(response.headers.get('x-batch-size'), '1');
  t.equal(response.headers.get('x-batch-reason'), 'idle');
});

t.test('confidences have four decimals even when they are whole', async (t) => {
  const lane = async (): Promise<Scores[]> => [
    { confidence: Float32Array.of(1, 0), labelIndex: Int32Array.of(0, 1) },
  ];
  const { classify } = await serveApp(t, { lane });
  t.equal(
    await (await classify(RED)).text(),
    '[{"confidence":1.0000,"label":"c1 red"},{"confidence":0.0000,"label":"c2 green"}]',
  );
});

t.test('top_k bounds the answer, from 1 to 100', async (t) => {
  const { classify } = await serveApp(t);
  t.equal(((await (await classify(RED, {}, '?top_k=1')).json()) as []).length, 1);
  t.equal(((await (await classify(RED, {}, '?top_k=100')).json()) as []).length, 3);
  for (const query of ['0', '101', '-1', '1.5', 'x', '']) {
    const response = await classify(RED, {}, `?top_k=${query}`);
    t.equal(response.status, 400);
    t.match(await problem(response), { code: 'invalid_query' });
  }
});

t.test('a query parameter that nobody knows is refused, not ignored', async (t) => {
  const { classify } = await serveApp(t);
  for (const query of ['?topk=3', '?top_k=3&x', '?Top_K=3', '?constructor=1']) {
    const response = await classify(RED, {}, query);
    t.equal(response.status, 400, query);
    t.match(await problem(response), { code: 'invalid_query' });
  }
  t.equal((await classify(RED, {}, '?')).status, 200);
  t.equal((await classify(RED, {}, '?top_k=3&model=colours')).status, 200);
});

t.test('an upload with PUT is answered as one with POST', async (t) => {
  const { classify } = await serveApp(t);
  const [put, post] = [await classify(RED, { method: 'PUT' }), await classify(RED)];
  t.equal(put.status, 200);
  t.equal(await put.text(), await post.text());
});

t.test('the content type of a raw image does not matter', async (t) => {
  const { classify } = await serveApp(t);
  for (const type of ['text/html', 'application/x-www-form-urlencoded', 'image/png']) {
    t.equal((await classify(RED, { headers: { 'Content-Type': type } })).status, 200);
  }
});

t.test('problems are problem+json with constant text', async (t) => {
  const { classify, url } = await serveApp(t, { maxPixels: 256 });
  const cases: [string, number, Promise<Response>][] = [
    ['empty_body', 400, classify('')],
    ['undecodable_image', 400, classify('GIF89a')],
    ['undecodable_image', 400, classify(RED.subarray(0, RED.length - 30))],
    ['image_too_large', 422, classify(solid(1, 2, 3, 17))],
    ['unsupported_media_type', 415, classify('II*\0')],
    ['unsupported_media_type', 415, classify(RED, { headers: { 'Content-Encoding': 'gzip' } })],
    [
      'unsupported_media_type',
      415,
      classify(RED, { headers: { 'Content-Type': 'multipart/form-data' } }),
    ],
    ['invalid_header', 400, classify(RED, { headers: { 'X-Request-Timeout-Ms': '0' } })],
    ['invalid_header', 400, classify(RED, { headers: { 'X-Request-Timeout-Ms': '600001' } })],
    ['not_found', 404, fetch(`${url}/api/classify/`, { method: 'POST' })],
    ['method_not_allowed', 405, fetch(`${url}/api/classify`)],
  ];
  for (const [code, status, pending] of cases) {
    const response = await pending;
    t.equal(response.status, status, code);
    t.equal(response.headers.get('content-type'), 'application/problem+json');
    t.match(await problem(response), {
      code,
      status,
      type: `urn:batch-dispatch:problem:${code}`,
      instance: response.headers.get('x-request-id'),
      error: /^[A-Z].+\. [A-Z].+\.$/,
    });
  }
  const refused = await fetch(`${url}/api/classify`, { method: 'DELETE' });
  t.equal(refused.headers.get('allow'), 'POST, PUT');
  t.equal((await classify(solid(1, 2, 3, 16))).status, 200, 'at the limit of pixels');
});

t.test('a form gets one entry an image, in order, each with its own fate', async (t) => {
  const { classify } = await serveApp(t);
  const form = new FormData();
  for (const bytes of [RED, Buffer.from('no image'), solid(10, 20, 220), Buffer.alloc(0)]) {
    form.append('file', new Blob([bytes]), 'x');
  }
  const response = await classify(form, {}, '?top_k=1');
  t.equal(response.status, 200);
  t.match(await response.json(), [
    { predictions: [{ label: 'c1 red' }] },
    { error: { code: 'undecodable_image', status: 400 } },
    { predictions: [{ label: 'c3 blue, "sky"' }] },
    { error: { code: 'empty_body' } },
  ]);
  t.match(response.headers.get('x-batch-size'), /^\d, -, \d, -$/);
});

t.test('a form may have 64 images, not 65, and not none', async (t) => {
  const { classify } = await serveApp(t);
  const form = (count: number) => {
    const data = new FormData();
    for (let i = 0; i < count; i++) data.append('file', new Blob([RED]));
    return data;
  };
  t.equal(((await (await classify(form(64))).json()) as []).length, 64);
  const tooMany = await classify(form(65));
  t.equal(tooMany.status, 413);
  t.match(await problem(tooMany), { code: 'too_many_parts' });
  t.match(await problem(await classify(form(0))), { code: /empty_body|undecodable_image/ });
});

t.test('a form may have as many images as the queue holds, and not one more', async (t) => {
  const { classify, batcher } = await serveApp(t, { limits: { maxQueueSize: 3 } });
  const form = (count: number) => {
    const data = new FormData();
    for (let i = 0; i < count; i++) data.append('file', new Blob([RED]));
    return data;
  };
  t.equal(((await (await classify(form(3))).json()) as []).length, 3);
  const tooMany = await classify(form(4));
  t.equal(tooMany.status, 413);
  t.match(await problem(tooMany), { code: 'too_many_parts' });
  t.equal(batcher.unsettled, 0);
});

t.test('a failing batch is the server’s fault, and its message stays inside', async (t) => {
  const lane = async () => {
    throw new Error('/secret/path: CUDA error');
  };
  const { classify, lines } = await serveApp(t, { lane });
  const response = await classify(RED);
  t.equal(response.status, 500);
  const text = await response.text();
  t.match(JSON.parse(text), { code: 'inference_failed' });
  t.notMatch(text, /secret|CUDA/);
  t.match(lines.at(-1), { status: 500, cause: /CUDA error/ }, 'the log has the cause');
});

t.test('an image whose scores are not numbers fails alone', async (t) => {
  const lane: RunBatch = async (images, paddedSize) => {
    const scores = (await colourLane(images, paddedSize)) as Scores[];
    return scores.map((one) => (one.labelIndex[0] === 0 ? new ScoresNotFiniteError() : one));
  };
  const { classify } = await serveApp(t, { lane });
  const form = new FormData();
  for (const bytes of [RED, solid(10, 220, 20)]) form.append('file', new Blob([bytes]));
  t.match(await (await classify(form)).json(), [
    { error: { code: 'inference_failed' } },
    { predictions: [{ label: 'c2 green' }, {}, {}] },
  ]);
});

t.test('a deadline that passes gives 504, before the lane is free', async (t) => {
  const { classify, batcher } = await serveApp(t, { lane: () => new Promise(() => {}) });
  const response = await classify(RED, { headers: { 'X-Request-Timeout-Ms': '30' } });
  t.equal(response.status, 504);
  t.match(await problem(response), { code: 'deadline_exceeded' });
  t.equal(batcher.unsettled, 0);
});

t.test('each request is one line of the log', async (t) => {
  const { classify, lines } = await serveApp(t);
  await classify(RED, { headers: { 'X-Request-Id': 'abc-1' } });
  await classify('x', { headers: { 'X-Request-Id': 'not fit for a log' } });
  t.equal(lines.length, 2);
  t.match(lines[0], {
    requestId: 'abc-1',
    method: 'POST',
    path: '/api/classify',
    status: 200,
    images: [{ batchSize: 1, reason: 'idle', decodeMs: Number, inferMs: Number }],
  });
  t.match(lines[1], { status: 400, code: 'undecodable_image', requestId: /^[\da-f-]{36}$/ });
});

t.test(
  'before the warm-up has ended nothing is classified, and live differs from ready',
  async (t) => {
    const { classify, url, lifecycle } = await serveApp(t, { isWarm: false });
    t.match(await problem(await classify(RED)), { code: 'engine_unavailable', status: 503 });
    t.equal((await fetch(`${url}/v2/health/live`)).status, 200);
    t.equal((await fetch(`${url}/v2/health/ready`)).status, 503);
    lifecycle.processes = { ready: 1, total: 1 };
    t.equal((await fetch(`${url}/v2/health/ready`)).status, 200);
    lifecycle.end('draining');
    const draining = await fetch(`${url}/v2/health/ready`);
    t.equal(draining.status, 503);
    t.equal(draining.headers.get('connection'), 'close');
    t.match(await problem(await classify(RED)), { code: 'draining' });
  },
);
