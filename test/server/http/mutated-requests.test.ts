import { Agent, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { elements, inferBody } from '../../helpers/infer.js';
import { share } from '../../helpers/long.js';
import { solidJpeg } from '../../helpers/make-jpeg.js';
import { mutateBytes, mutateJson, pick, type Random, randomFrom } from '../../helpers/mutate.js';
import { serveApp } from '../../helpers/serve-app.js';

// Sends every path that takes images requests that were valid before something in them was changed. None may end with an
// error of the server, and none may leave memory or items behind. FUZZ_REQUESTS is the number of requests for each path, and
// SEED repeats a run.

const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? share(2000));
const AT_ONCE = 4;
/** The garbage collector's own state varies by a few megabytes. */
const MAX_GROWTH_BYTES = 16 * 1024 * 1024;

const RED = solidJpeg(16, 16, [200, 40, 10]);
const TEXT = RED.toString('base64');
const PIXELS = Buffer.alloc(8 * 8 * 3, 7);

/** A valid request of a door: JSON with tensors behind it, or bytes alone. */
interface Sample {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly json?: unknown;
  readonly bytes?: readonly Buffer[];
  readonly headers?: Readonly<Record<string, string>>;
}

const form = Buffer.concat([
  Buffer.from('--b\r\nContent-Disposition: form-data; name="data"; filename="x"\r\n\r\n'),
  RED,
  Buffer.from('\r\n--b--\r\n'),
]);
const FORM = { 'Content-Type': 'multipart/form-data; boundary=b' };
const tensor = (shape: readonly number[], more: object, datatype = 'BYTES') => ({
  inputs: [{ name: 'image', datatype, shape, ...more }],
});
const binary = (bytes: Buffer) => ({ parameters: { binary_data_size: bytes.length } });
const INFER = { method: 'POST', path: '/v2/models/colours/infer' } as const;
const PREDICT = { method: 'POST', path: '/v1/models/colours:predict' } as const;

const DOORS: Readonly<Record<string, readonly Sample[]>> = {
  '/api/classify': [
    { method: 'POST', path: '/api/classify?top_k=2', bytes: [RED] },
    { method: 'POST', path: '/api/classify', bytes: [form], headers: FORM },
  ],
  '/v2/models/{name}/infer': [
    { ...INFER, json: tensor([1], binary(elements(RED))), bytes: [elements(RED)] },
    { ...INFER, json: tensor([2, 1], binary(elements(RED, RED))), bytes: [elements(RED, RED)] },
    { ...INFER, json: tensor([1, 8, 8, 3], binary(PIXELS), 'UINT8'), bytes: [PIXELS] },
    { ...INFER, json: tensor([1, 8, 8, 3], { data: [...PIXELS] }, 'UINT8') },
    { ...INFER, bytes: [RED], headers: { 'Inference-Header-Content-Length': '0' } },
    {
      ...INFER,
      json: {
        id: 'a',
        ...tensor([1], { data: [TEXT] }),
        outputs: [{ name: 'scores', parameters: { classification: 2, binary_data: true } }],
        parameters: { timeout: 5_000_000, top_k: 2, binary_data_output: false },
      },
    },
  ],
  '/v1/models/{name}:predict': [
    { ...PREDICT, json: { instances: [{ b64: TEXT }, { image_bytes: { b64: TEXT } }] } },
    { ...PREDICT, json: { inputs: { image: [{ b64: TEXT }] } } },
  ],
  '/predictions/{name}': [
    { method: 'PUT', path: '/predictions/colours', bytes: [RED] },
    { method: 'POST', path: '/predictions/colours/1.0', bytes: [form], headers: FORM },
  ],
  '/models/{name}': [
    { method: 'POST', path: '/models/colours', bytes: [RED] },
    {
      method: 'POST',
      path: '/models/colours',
      json: { inputs: TEXT, parameters: { top_k: 2, function_to_apply: 'softmax' } },
    },
  ],
};

interface Prepared extends Pick<Sample, 'method' | 'path'> {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function prepare({ method, path, json, bytes = [], headers = {} }: Sample): Prepared {
  if (json === undefined) return { method, path, headers, body: Buffer.concat(bytes) };
  const prepared = inferBody(json, ...bytes);
  return {
    method,
    path,
    body: prepared.body,
    headers: bytes.length > 0 ? { ...headers, ...prepared.headers } : headers,
  };
}

function mutated(random: Random, sample: Sample): Prepared {
  const how = random(8);
  const { json } = sample;
  if (json !== undefined && how < 4) return prepare({ ...sample, json: mutateJson(random, json) });
  const prepared = prepare(sample);
  if (how === 4) {
    const length = String(pick(random, [0, 1, 7, prepared.body.length, 2 ** 31, 'x', -1]));
    return {
      ...prepared,
      headers: { ...prepared.headers, 'Inference-Header-Content-Length': length },
    };
  }
  const body = mutateBytes(random, prepared.body);
  if (how !== 5) return { ...prepared, body };
  const gzip = { ...prepared.headers, 'Content-Encoding': 'gzip' };
  const packed = gzipSync(random(2) ? body : prepared.body);
  return { ...prepared, headers: gzip, body: random(2) ? packed : mutateBytes(random, packed) };
}

function send(port: number, agent: Agent, { method, path, headers, body }: Prepared) {
  const length = { 'Content-Length': String(body.length) };
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const outgoing = request(
      { port, agent, method, path, headers: { ...headers, ...length } },
      (incoming) => {
        let text = '';
        incoming.setEncoding('latin1').on('data', (chunk: string) => {
          text += chunk;
        });
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Bytes in use once what nobody refers to has been collected. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

for (const [door, samples] of Object.entries(DOORS)) {
  t.test(`${REQUESTS} changed requests to ${door}`, async (t) => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
    t.comment(`SEED=${seed}`);
    const random = randomFrom(seed);
    const { port, batcher, lines } = await serveApp(t, { server: { maxBodyBytes: 1024 * 1024 } });
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    t.teardown(() => agent.destroy());
    const valid = samples.map(prepare);
    const statuses = new Map<number, number>();
    let left = REQUESTS;
    async function client(): Promise<void> {
      while (left-- > 0) {
        const sent = mutated(random, pick(random, samples));
        const { status, text } = await send(port, agent, sent);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const isLate = status === 504 && text.includes('"deadline_exceeded"');
        if (status >= 500 && !isLate)
          t.fail(`${status} ${text}`, { ...sent, body: sent.body.toString('base64') });
        // The log is kept in memory here.
        lines.length = 0;
      }
    }
    const quarter = Math.ceil(REQUESTS / 4);
    left = quarter;
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    const before = bytesInUse();
    left = REQUESTS - quarter;
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    const growth = bytesInUse() - before;
    t.comment(`${JSON.stringify(Object.fromEntries(statuses))}, ${growth} bytes more in use`);
    t.ok(growth < MAX_GROWTH_BYTES, `${growth} bytes more in use`);
    t.ok(statuses.size > 1, 'some are answered and some are refused');
    t.equal(batcher.unsettled, 0);
    for (const one of valid) t.equal((await send(port, agent, one)).status, 200, one.path);
  });
}
