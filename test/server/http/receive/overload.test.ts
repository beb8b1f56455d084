import { connect } from 'node:net';
import t from 'tap';
import { solidJpeg } from '../../../helpers/make-jpeg.js';
import { colourLane, type RunBatch, serveApp } from '../../../helpers/serve-app.js';
import { until } from '../../../helpers/until.js';

const RED = solidJpeg(16, 16, [220, 10, 20]);
/** A lane of 100 images a second. */
const CURVE = [
  { batchSize: 1, ms: 10 },
  { batchSize: 4, ms: 40 },
];

/** A lane whose batches wait until they are let go. */
function heldLane(): { lane: RunBatch; release: () => void } {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const lane: RunBatch = async (images, paddedSize) => {
    await released;
    return await colourLane(images, paddedSize);
  };
  return { lane, release };
}

t.test('a queue of 10 takes 10 images and refuses exactly those over it', async (t) => {
  const { lane, release } = heldLane();
  const limits = { maxBatchSize: 4, maxQueueSize: 10 };
  const { classify, batcher } = await serveApp(t, { lane, limits, curve: CURVE });
  const running = classify(RED);
  await until(() => batcher.unsettled === 1 && batcher.undispatched === 0);
  const waiting = Array.from({ length: 12 }, () => classify(RED));
  const refused: Response[] = [];
  for (const one of waiting) {
    void one.then((response) => response.status === 503 && refused.push(response));
  }
  await until(() => refused.length === 2);
  t.equal(batcher.undispatched, 10);
  release();
  const responses = await Promise.all([running, ...waiting]);
  t.equal(responses.filter(({ status }) => status === 200).length, 11);
  t.equal(responses.filter(({ status }) => status === 503).length, 2);
  t.match(await refused[0]?.json(), { code: 'queue_full' });
});

t.test('Retry-After is the time that the queue takes by the curve', async (t) => {
  const slow = [{ batchSize: 4, ms: 900 }];
  const { lane, release } = heldLane();
  const limits = { maxBatchSize: 4, maxQueueSize: 9 };
  const { classify, batcher } = await serveApp(t, { lane, limits, curve: slow });
  const accepted = [classify(RED)];
  await until(() => batcher.unsettled === 1 && batcher.undispatched === 0);
  accepted.push(...Array.from({ length: 9 }, () => classify(RED)));
  await until(() => batcher.undispatched === 9);
  const refused = await classify(RED);
  t.equal(refused.status, 503);
  t.equal(refused.headers.get('retry-after'), '4', '3 batches of 0.9 s after the one that runs');
  release();
  for (const response of accepted) t.equal((await response).status, 200);
});

t.test('who would be refused is told before the upload', async (t) => {
  const { lane, release } = heldLane();
  const limits = { maxBatchSize: 1, maxQueueSize: 1 };
  const { classify, batcher, port } = await serveApp(t, { lane, limits });
  const running = classify(RED);
  await until(() => batcher.unsettled === 1 && batcher.undispatched === 0);
  const waiting = classify(RED);
  await until(() => batcher.undispatched === 1);
  const socket = connect(port, '127.0.0.1');
  socket.write(
    'POST /api/classify HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9999\r\n\r\n',
  );
  const [head] = await new Promise<Buffer[]>((resolve) => {
    socket.once('data', (...chunks) => resolve(chunks));
  });
  t.match(String(head), /^HTTP\/1\.1 503 /, 'and not 100 Continue');
  socket.destroy();
  release();
  t.same([(await running).status, (await waiting).status], [200, 200]);
});

t.test('a refused client keeps its connection unless much of the body is to come', async (t) => {
  const { lane, release } = heldLane();
  const limits = { maxBatchSize: 1, maxQueueSize: 1 };
  const { classify, batcher, port } = await serveApp(t, { lane, limits });
  const running = classify(RED);
  await until(() => batcher.unsettled === 1 && batcher.undispatched === 0);
  const waiting = classify(RED);
  await until(() => batcher.undispatched === 1);
  const head = (bytes: number) =>
    `POST /api/classify HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`;
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  const refusals = () => received.split('HTTP/1.1 503 ').length - 1;
  const MAX_BYTES = 256 * 1024;
  for (let count = 1; count <= 2; count++) {
    socket.write(head(MAX_BYTES));
    await until(() => refusals() === count);
    socket.write(Buffer.alloc(MAX_BYTES));
  }
  t.notMatch(received, /connection: close/i);
  socket.write(head(MAX_BYTES + 1));
  await until(() => refusals() === 3);
  t.match(received, /connection: close/i);
  socket.destroy();
  release();
  t.same([(await running).status, (await waiting).status], [200, 200]);
});

t.test('a deadline that the curve says cannot be met is refused at once', async (t) => {
  const { lane, release } = heldLane();
  const limits = { maxBatchSize: 4, maxQueueSize: 100 };
  const { classify, batcher, metrics } = await serveApp(t, { lane, limits, curve: CURVE });
  const accepted = Array.from({ length: 41 }, () => classify(RED));
  await until(() => batcher.unsettled === 41);
  // At least ten batches of 40 ms are before it.
  const response = await classify(RED, { headers: { 'X-Request-Timeout-Ms': '390' } });
  t.equal(response.status, 504);
  t.match(await response.json(), { code: 'deadline_exceeded' });
  t.equal(batcher.unsettled, 41, 'it was never accepted');
  t.match(
    await metrics.registry.metrics(),
    /items_refused_total\{model="colours",code="deadline_exceeded"\} 1\n/,
  );
  release();
  for (const one of accepted) t.equal((await one).status, 200);
});

t.test('the images of a form are accepted together or not at all', async (t) => {
  const { lane, release } = heldLane();
  const limits = { maxBatchSize: 1, maxQueueSize: 4 };
  const { classify, batcher } = await serveApp(t, { lane, limits });
  const running = classify(RED);
  await until(() => batcher.unsettled === 1 && batcher.undispatched === 0);
  const form = (count: number) => {
    const data = new FormData();
    for (let i = 0; i < count; i++) data.append('file', new Blob([RED]));
    return data;
  };
  const waiting = classify(RED);
  await until(() => batcher.undispatched === 1);
  const tooMany = await classify(form(4));
  t.equal(tooMany.status, 503);
  t.match(await tooMany.json(), { code: 'queue_full' });
  t.equal(batcher.undispatched, 1);
  const fits = classify(form(3));
  await until(() => batcher.undispatched === 4);
  release();
  const answers = (await (await fits).json()) as unknown[];
  t.equal(answers.length, 3, 'spread over three batches');
  for (const one of [running, waiting]) t.equal((await one).status, 200);
});
