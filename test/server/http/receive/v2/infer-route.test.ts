import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { elements, inferBody, readInfer } from '../../../../helpers/infer.js';
import { solidJpeg } from '../../../../helpers/make-jpeg.js';
import { raw } from '../../../../helpers/raw.js';
import {
  colourLane,
  type RunBatch,
  type ServeOptions,
  serveApp,
} from '../../../../helpers/serve-app.js';

const RED = solidJpeg(16, 16, [200, 40, 10]);
const BLUE = solidJpeg(16, 16, [10, 40, 200]);
/** Bytes of an image of the model that `serveApp` serves, 8 by 8. */
const IMAGE_BYTES = 8 * 8 * 3;

interface Tensor {
  readonly [member: string]: unknown;
}

const bytes = (shape: readonly number[], size?: number): Tensor => ({
  name: 'image',
  datatype: 'BYTES',
  shape,
  ...(size === undefined ? {} : { parameters: { binary_data_size: size } }),
});
const pixels = (shape: readonly number[], size?: number): Tensor => ({
  ...bytes(shape, size),
  datatype: 'UINT8',
});

async function serveInfer(t: Test, options: ServeOptions = {}) {
  const served = await serveApp(t, options);
  const path = `${served.url}/v2/models/colours/infer`;
  const post = (body: Buffer | string, headers: Record<string, string> = {}, url = path) =>
    fetch(url, { method: 'POST', body, headers });
  /** Sends JSON, and a tensor behind it if there is one. */
  function infer(json: Tensor, ...tensors: readonly Buffer[]): Promise<Response> {
    if (tensors.length === 0) return post(JSON.stringify(json));
    const { body, headers } = inferBody(json, ...tensors);
    return post(body, headers);
  }
  return { ...served, post, infer };
}

/** Scores of the classes red, green and blue, as the answer has them. */
async function scoresOf(response: Response): Promise<number[][]> {
  const { json, binary } = await readInfer(response);
  const [output] = json.outputs;
  const flat: number[] =
    output.data ?? Array.from({ length: binary.length / 4 }, (_, i) => binary.readFloatLE(i * 4));
  const [rows, classes] = output.shape;
  return Array.from({ length: rows }, (_, i) => flat.slice(i * classes, (i + 1) * classes));
}

const isRed = ([red = 0, , blue = 0]: readonly number[] = []) => red > 0.6 && blue < 0.1;
const isBlue = ([red = 0, , blue = 0]: readonly number[] = []) => blue > 0.6 && red < 0.1;

t.test('an encoded image behind the JSON gets the scores of all classes', async (t) => {
  const { infer, classify } = await serveInfer(t);
  const tensor = elements(RED);
  const response = await infer({ inputs: [bytes([1], tensor.length)] }, tensor);
  t.equal(response.status, 200);
  t.equal(response.headers.get('content-type'), 'application/json');
  t.match(response.headers.get('server-timing'), /^receive;dur=/);
  const { json } = await readInfer(response);
  t.match(json, {
    model_name: 'colours',
    model_version: '1',
    outputs: [{ name: 'scores', datatype: 'FP32', shape: [1, 3] }],
  });
  t.notOk('id' in json);
  const [red, green, blue] = json.outputs[0].data;
  const best = (await (await classify(RED)).json()) as { confidence: number }[];
  t.same(
    [red, green, blue].map((score: number) => Number(score.toFixed(4))),
    best.map(({ confidence }) => confidence),
  );
  t.not(red, Number(red.toFixed(4)), 'unrounded');
});

t.test('several images, each in its place, in every form that clients use', async (t) => {
  const { infer, url, post } = await serveInfer(t);
  const tensor = elements(RED, BLUE, RED);
  const [red, blue] = [RED.toString('base64'), BLUE.toString('base64')];
  const flat = Buffer.concat([Buffer.alloc(IMAGE_BYTES, 0), Buffer.alloc(IMAGE_BYTES, 0)]);
  for (let i = 0; i < IMAGE_BYTES; i += 3) {
    flat[i] = 200;
    flat[IMAGE_BYTES + i + 2] = 200;
  }
  const nested = [0, 1].map((image) =>
    Array.from({ length: 8 }, (_, y) =>
      Array.from({ length: 8 }, (_, x) => {
        const at = image * IMAGE_BYTES + (y * 8 + x) * 3;
        return [...flat.subarray(at, at + 3)];
      }),
    ),
  );
  const cases: [string, Promise<Response>][] = [
    ['BYTES [n]', infer({ inputs: [bytes([3], tensor.length)] }, tensor)],
    ['BYTES [n,1]', infer({ inputs: [bytes([3, 1], tensor.length)] }, tensor)],
    ['base64', infer({ inputs: [{ ...bytes([2]), data: [red, blue] }] })],
    ['base64 in rows', infer({ inputs: [{ ...bytes([2, 1]), data: [[red], [blue]] }] })],
    ['pixels', infer({ inputs: [pixels([2, 8, 8, 3], flat.length)] }, flat)],
    ['pixels, flat', infer({ inputs: [{ ...pixels([2, 8, 8, 3]), data: [...flat] }] })],
    ['pixels, nested', infer({ inputs: [{ ...pixels([2, 8, 8, 3]), data: nested }] })],
  ];
  for (const [name, pending] of cases) {
    const rows = await scoresOf(await pending);
    t.ok(isRed(rows[0]) && isBlue(rows[1]) && (!rows[2] || isRed(rows[2])), name);
  }
  const single: [string, Promise<Response>][] = [
    ['UINT8 [1,bytes]', infer({ inputs: [pixels([1, RED.length], RED.length)] }, RED)],
    [
      'UINT8 [1,bytes] in JSON',
      infer({ inputs: [{ ...pixels([1, RED.length]), data: [...RED] }] }),
    ],
    ['BYTES without a length', infer({ inputs: [bytes([1], RED.length)] }, RED)],
    ['the body is the image', post(RED, { 'Inference-Header-Content-Length': '0' })],
    [
      'version 1',
      post(
        RED,
        { 'Inference-Header-Content-Length': '0' },
        `${url}/v2/models/colours/versions/1/infer`,
      ),
    ],
  ];
  for (const [name, pending] of single) t.ok(isRed((await scoresOf(await pending))[0]), name);
});

t.test('the answer is binary for who asks, and for a raw image', async (t) => {
  const { infer, post } = await serveInfer(t);
  const tensor = elements(RED, BLUE);
  const inputs = [bytes([2], tensor.length)];
  const asked = [
    { inputs, parameters: { binary_data_output: true } },
    { inputs, outputs: [{ name: 'scores', parameters: { binary_data: true } }] },
  ];
  for (const json of asked) {
    const response = await infer(json, tensor);
    t.equal(response.headers.get('content-type'), 'application/octet-stream');
    const { json: head, binary } = await readInfer(response.clone());
    t.match(head.outputs, [
      { datatype: 'FP32', shape: [2, 3], parameters: { binary_data_size: 24 } },
    ]);
    t.notOk('data' in head.outputs[0]);
    t.equal(binary.length, 24);
    t.ok(isBlue((await scoresOf(response))[1]));
  }
  const raw = await post(RED, { 'Inference-Header-Content-Length': '0' });
  t.equal((await readInfer(raw)).binary.length, 12);
  const output = { name: 'scores', parameters: { binary_data: false } };
  const json = { inputs, outputs: [output], parameters: { binary_data_output: true } };
  t.equal((await readInfer(await infer(json, tensor))).binary.length, 0, 'the output decides');
});

t.test('the best classes come as score, class and label', async (t) => {
  let images: readonly unknown[] = [];
  const lane: RunBatch = async (batch, size) => {
    images = batch;
    return await colourLane(batch, size);
  };
  const { infer } = await serveInfer(t, { lane });
  const tensor = elements(RED, BLUE);
  const inputs = [bytes([2], tensor.length)];
  const two = { name: 'scores', parameters: { classification: 2 } };
  const { json } = await readInfer(await infer({ id: 'abc', inputs, outputs: [two] }, tensor));
  t.equal(json.id, 'abc');
  t.match(json.outputs, [{ name: 'scores', datatype: 'BYTES', shape: [2, 2] }]);
  t.match(json.outputs[0].data, [
    /^0\.\d{6}:0:c1 red$/,
    /:1:c2 green$/,
    /:2:c3 blue, "sky"$/,
    /:1:/,
  ]);
  t.ok(images[0] instanceof Uint8Array, 'the scores of all classes were not asked for');
  const binary = { name: 'scores', parameters: { classification: 100, binary_data: true } };
  const answer = await readInfer(await infer({ inputs, outputs: [binary] }, tensor));
  t.match(answer.json.outputs, [
    { shape: [2, 3], parameters: { binary_data_size: answer.binary.length } },
  ]);
  const length = answer.binary.readUInt32LE();
  t.match(answer.binary.toString('utf8', 4, 4 + length), /^0\.\d{6}:0:c1 red$/);
  const topK = await readInfer(await infer({ inputs, parameters: { top_k: 1 } }, tensor));
  t.match(topK.json.outputs, [{ shape: [2, 1] }]);
});

t.test(
  'gzip comes in, within the limits of what it unpacks to, and goes out if asked',
  async (t) => {
    const LIMIT = 4096;
    const { post } = await serveInfer(t, { server: { maxBodyBytes: LIMIT } });
    const gzip = { 'Content-Encoding': 'gzip' };
    const rawImage = { 'Inference-Header-Content-Length': '0' };
    const padded = (length: number) =>
      gzipSync(Buffer.concat([RED, Buffer.alloc(length - RED.length)]));
    t.equal((await post(gzipSync(RED), { ...gzip, ...rawImage })).status, 200);
    t.equal(
      (await post(padded(LIMIT), { ...gzip, ...rawImage })).status,
      413,
      'packed and unpacked',
    );
    const room = LIMIT - padded(LIMIT - 100).length - 1;
    t.equal((await post(padded(room), { ...gzip, ...rawImage })).status, 200);
    t.equal(
      (await post(gzipSync(Buffer.alloc(2 ** 22)), { ...gzip, ...rawImage })).status,
      413,
      'a bomb',
    );
    for (const broken of [gzipSync(RED).subarray(0, -9), Buffer.from('no gzip'), Buffer.alloc(0)]) {
      const response = await post(broken, { ...gzip, ...rawImage });
      t.equal(response.status, 400);
      t.match(await response.json(), { code: /invalid_body|empty_body/ });
    }
    const deflate = await post(RED, { 'Content-Encoding': 'deflate' });
    t.equal(deflate.status, 415);
    t.equal(deflate.headers.get('accept-encoding'), 'gzip, identity');
  },
);

t.test('an answer is compressed only if that was asked for', async (t) => {
  const { port } = await serveInfer(t);
  const images = Array.from({ length: 40 }, () => RED);
  const tensor = elements(...images);
  const { body, headers } = inferBody({ inputs: [bytes([40], tensor.length)] }, tensor);
  const head = (accept: string) =>
    `POST /v2/models/colours/infer HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n` +
    `Inference-Header-Content-Length: ${headers['Inference-Header-Content-Length']}\r\n${accept}\r\n`;
  t.notMatch(await raw(port, head(''), body), /content-encoding/i);
  t.notMatch(await raw(port, head('Accept-Encoding: gzip;q=0, br\r\n'), body), /content-encoding/i);
  t.match(
    await raw(port, head('Accept-Encoding: gzip, deflate\r\n'), body),
    /content-encoding: gzip/i,
  );
  t.match(
    await raw(port, head('Accept-Encoding: br, gzip;q=0.5\r\n'), body),
    /content-encoding: gzip/i,
  );
});

t.test('the deadline of the body wins over the one of the server', async (t) => {
  const { infer, batcher } = await serveInfer(t, { lane: () => new Promise(() => {}) });
  const tensor = elements(RED);
  const inputs = [bytes([1], tensor.length)];
  const response = await infer({ inputs, parameters: { timeout: 30_000, priority: 1 } }, tensor);
  t.equal(response.status, 504);
  t.match(await response.json(), { code: 'deadline_exceeded', error: /deadline/ });
  t.equal(batcher.unsettled, 0);
});

t.test('what is wrong with a request is said, and as JSON', async (t) => {
  const { infer, post, url } = await serveInfer(t);
  const tensor = elements(RED);
  const good = bytes([1], tensor.length);
  const header = (length: string) => ({ 'Inference-Header-Content-Length': length });
  const data = [RED.toString('base64')];
  const few = pixels([1, 8, 8, 3], 5);
  const cases: [string, string, Promise<Response>][] = [
    ['no body', 'empty_body', post('')],
    ['no JSON', 'invalid_body', post('{')],
    ['an array', 'invalid_body', post('[]')],
    ['no inputs', 'invalid_body', infer({ inputs: [] })],
    ['a shape that is no shape', 'invalid_body', infer({ inputs: [{ ...good, shape: [-1] }] })],
    ['a header that is no number', 'invalid_header', post('{}', header('x'))],
    ['a header past the body', 'invalid_header', post('{}', header('3'))],
    [
      'a timeout of no time',
      'invalid_parameter',
      infer({ inputs: [good], parameters: { timeout: 0 } }),
    ],
    [
      'top_k of 0',
      'invalid_parameter',
      infer({ inputs: [good], parameters: { top_k: 0 } }, tensor),
    ],
    [
      'top_k of 101',
      'invalid_parameter',
      infer({ inputs: [good], parameters: { top_k: 101 } }, tensor),
    ],
    ['two inputs', 'unsupported_tensor', infer({ inputs: [good, good] }, tensor)],
    ['another name', 'unsupported_tensor', infer({ inputs: [{ ...good, name: 'x' }] }, tensor)],
    [
      'another output',
      'unsupported_tensor',
      infer({ inputs: [good], outputs: [{ name: 'x' }] }, tensor),
    ],
    [
      'FP32',
      'unsupported_tensor',
      infer({ inputs: [{ ...few, datatype: 'FP32' }] }, Buffer.alloc(5)),
    ],
    [
      'pixels of another size',
      'unsupported_tensor',
      infer({ inputs: [pixels([1, 9, 8, 3], 5)] }, Buffer.alloc(5)),
    ],
    ['too few pixels', 'invalid_tensor', infer({ inputs: [few] }, Buffer.alloc(5))],
    [
      'too few values',
      'invalid_tensor',
      infer({ inputs: [{ ...pixels([1, 8, 8, 3]), data: [1, 2] }] }),
    ],
    [
      'values that are no bytes',
      'invalid_tensor',
      infer({ inputs: [{ ...pixels([1, 2]), data: [1, 256] }] }),
    ],
    [
      'values that are no numbers',
      'invalid_tensor',
      infer({ inputs: [{ ...pixels([1, 2]), data: [1, null] }] }),
    ],
    ['a size that lies', 'invalid_tensor', infer({ inputs: [bytes([1], 7)] }, tensor)],
    ['a gap', 'invalid_tensor', infer({ inputs: [good] }, tensor, Buffer.alloc(1))],
    ['fewer elements', 'invalid_tensor', infer({ inputs: [bytes([2], tensor.length)] }, tensor)],
    [
      'more elements',
      'invalid_tensor',
      infer({ inputs: [bytes([1], 2 * tensor.length)] }, tensor, tensor),
    ],
    [
      'an element that is cut',
      'invalid_tensor',
      infer({ inputs: [bytes([2], 9)] }, tensor.subarray(0, 9)),
    ],
    ['data twice', 'invalid_tensor', infer({ inputs: [{ ...good, data }] }, tensor)],
    ['no data', 'invalid_tensor', infer({ inputs: [bytes([1])] })],
    ['fewer texts', 'invalid_tensor', infer({ inputs: [{ ...bytes([2]), data }] })],
    [
      'texts that are no texts',
      'invalid_tensor',
      infer({ inputs: [{ ...bytes([1]), data: [7] }] }),
    ],
    ['no images', 'empty_body', infer({ inputs: [bytes([0], 0)] })],
    ['no pixels', 'empty_body', infer({ inputs: [pixels([0, 8, 8, 3], 0)] })],
    ['an empty image', 'empty_body', infer({ inputs: [bytes([1], 4)] }, elements(Buffer.alloc(0)))],
    [
      'no image',
      'undecodable_image',
      infer({ inputs: [{ ...bytes([1]), data: ['QUJD'.repeat(9)] }] }),
    ],
    ['a query', 'invalid_query', post('{}', {}, `${url}/v2/models/colours/infer?top_k=3`)],
    ['another model', 'model_not_found', post('{}', {}, `${url}/v2/models/x/infer`)],
    [
      'another version',
      'model_not_found',
      post('{}', {}, `${url}/v2/models/colours/versions/2/infer`),
    ],
  ];
  for (const [name, code, pending] of cases) {
    const response = await pending;
    t.ok(response.status >= 400 && response.status < 500, name);
    t.equal(response.headers.get('content-type'), 'application/json');
    t.match(await response.json(), { code, error: /\.$/ }, name);
  }
  t.equal((await infer({ inputs: [good] }, tensor)).status, 200);
});

t.test('one bad image refuses all, and nothing was accepted', async (t) => {
  const { infer, batcher, metrics } = await serveInfer(t);
  const tensor = elements(RED, Buffer.from('no image'), RED);
  const response = await infer({ inputs: [bytes([3], tensor.length)] }, tensor);
  t.equal(response.status, 400);
  t.match(await response.json(), { code: 'undecodable_image' });
  t.equal(batcher.unsettled, 0);
  t.match(await metrics.registry.metrics(), /items_accepted_total\{model="colours"\} 0/);
});

t.test('a request may have 64 images, and no more than the queue holds', async (t) => {
  const { infer } = await serveInfer(t);
  const many = (count: number) => {
    const tensor = elements(...Array.from({ length: count }, () => RED));
    return infer({ inputs: [bytes([count], tensor.length)] }, tensor);
  };
  t.equal((await scoresOf(await many(64))).length, 64);
  t.match(await (await many(65)).json(), { code: 'too_many_parts', status: 413 });
  const small = await serveInfer(t, { limits: { maxQueueSize: 2 } });
  const flat = Buffer.alloc(3 * IMAGE_BYTES, 9);
  const send = (count: number) =>
    small.infer(
      { inputs: [pixels([count, 8, 8, 3], count * IMAGE_BYTES)] },
      flat.subarray(0, count * IMAGE_BYTES),
    );
  t.equal((await send(2)).status, 200);
  t.equal((await send(3)).status, 413);
});

t.test('JSON is bounded before it is parsed', async (t) => {
  const { post } = await serveInfer(t);
  const code = async (json: string) => ((await (await post(json)).json()) as { code: string }).code;
  const nested = (depth: number) =>
    `{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":${'['.repeat(depth)}${']'.repeat(depth)}}]}`;
  t.equal(await code(nested(13)), 'invalid_tensor', '16 levels');
  t.equal(await code(nested(14)), 'invalid_body', '17 levels');
  t.equal(await code('['.repeat(100_000)), 'invalid_body');
  const values = (count: number) =>
    `{"inputs":[{"name":"image","datatype":"BYTES","shape":[1],"data":[${Array.from({ length: count }, () => '0').join()}]}]}`;
  t.equal(await code(values(1024 * 1024 - 5)), 'invalid_tensor', 'as many values as may be');
  t.equal(await code(values(1024 * 1024 - 4)), 'invalid_body', 'one more');
  const members = (count: number) =>
    `{"inputs":0${Array.from({ length: count }, (_, i) => `,"${i}":0`).join('')}}`;
  t.equal(await code(members(4094).replace('"inputs":0', '"inputs":[{}]')), 'invalid_body');
  t.equal(
    await code(`{"inputs":[{"name":"image","datatype":"BYTES","shape":[${'1,'.repeat(999)}1]}]}`),
    'invalid_body',
  );
  const escaped = JSON.stringify({
    id: '\\"[{'.repeat(100),
    inputs: [{ ...bytes([1]), data: [7] }],
  });
  t.equal(await code(escaped), 'invalid_tensor', 'what stands in a text does not count');
});

t.test('images of one request ride in the batches of others', async (t) => {
  const sizes: number[] = [];
  let isFirst = true;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const lane: RunBatch = async (images, size) => {
    sizes.push(images.length);
    if (isFirst) {
      isFirst = false;
      await held;
    }
    return await colourLane(images, size);
  };
  const { infer, classify, batcher } = await serveInfer(t, { lane });
  const flat = Buffer.alloc(3 * IMAGE_BYTES);
  for (let i = 0; i < flat.length; i += 3) flat[i < 2 * IMAGE_BYTES ? i + 2 : i] = 200;
  const send = (from: number, to: number) => {
    const tensor = flat.subarray(from * IMAGE_BYTES, to * IMAGE_BYTES);
    return infer({ inputs: [pixels([to - from, 8, 8, 3], tensor.length)] }, tensor);
  };
  const first = classify(RED);
  while (sizes.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const others = [send(0, 2), send(2, 3)];
  while (batcher.undispatched < 3) await new Promise((resolve) => setImmediate(resolve));
  release();
  t.equal((await first).status, 200);
  const [blue, red] = (await Promise.all(others)) as [Response, Response];
  t.equal(blue.headers.get('x-batch-size'), '3, 3');
  t.ok((await scoresOf(blue)).every(isBlue));
  t.ok(isRed((await scoresOf(red))[0]));
  t.same(sizes, [1, 3]);
});

t.test('a gzip answer is the same answer', async (t) => {
  const { url } = await serveInfer(t);
  const tensor = elements(...Array.from({ length: 40 }, () => RED));
  const { body, headers } = inferBody({ inputs: [bytes([40], tensor.length)] }, tensor);
  const path = `${url}/v2/models/colours/infer`;
  const ask = (accept: string) =>
    fetch(path, { method: 'POST', body, headers: { ...headers, 'Accept-Encoding': accept } });
  const [plain, packed] = [await ask('identity'), await ask('gzip')];
  t.equal(plain.headers.get('content-encoding'), null);
  t.equal(packed.headers.get('content-encoding'), 'gzip');
  t.equal(await plain.text(), await packed.text(), 'fetch unpacks it');
});
