import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';

const PROGRAM = resolve('dist/src/tools/accuracy.js');
const LABELS = 'cat tabby\ndog collie\nowl\n';

async function accuracy(...args: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...args]);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, err };
}

/** A server that answers each image with the classes that the image's bytes name, best first. */
async function classifier(t: Test) {
  const paths: string[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    paths.push(String(request.url));
    const words = (await text(request)).split(' ');
    response.statusCode = words.includes('broken') ? 400 : 200;
    const answer = words.includes('broken')
      ? { code: 'undecodable_image' }
      : words.map((label) => ({ label, confidence: 0.5 }));
    response.end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { paths, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

t.test('images are counted by the place of their class in the answer', async (t) => {
  const { paths, url } = await classifier(t);
  const images = { 'cat_1.jpg': 'cat dog', 'dog_1.png': 'cat dog', 'owl.jpeg': 'cat', 'n.txt': '' };
  const folder = t.testdir({ images, labels: LABELS });
  const flags = ['--images', join(folder, 'images'), '--labels', join(folder, 'labels')];
  const { code, out } = await accuracy(...flags, '--url', `${url}?model=b`, '--concurrency', '1');
  t.equal(code, 0);
  t.match(out, /^images +3\ntop-1 +33\.3 %\ntop-5 +66\.7 %\nfailed +0\n/);
  t.same(
    paths.filter((path) => path !== '/v2/health/live'),
    Array(3).fill('/api/classify?model=b&top_k=5'),
  );
});

t.test('a file names the classes, and images without an answer count as failed', async (t) => {
  const { url } = await classifier(t);
  const truth = 'a.jpg,dog\nb.jpg,cat\n';
  const images = { 'a.jpg': 'dog', 'b.jpg': 'broken' };
  const folder = t.testdir({ images, labels: LABELS, truth });
  const flags = ['--images', join(folder, 'images'), '--labels', join(folder, 'labels')];
  const run = await accuracy(...flags, '--url', url, '--truth', join(folder, 'truth'));
  t.equal(run.code, 1);
  t.match(run.err, /^b\.jpg: 400 undecodable_image$/m);
  t.match(run.out, /top-1 +50\.0 %\n[\s\S]*failed +1\n/);
});

t.test('what it cannot do is one sentence', async (t) => {
  const { url } = await classifier(t);
  const folder = t.testdir({
    images: { 'fox.jpg': '' },
    labels: LABELS,
    truth: 'other.jpg,cat\n',
  });
  const flags = ['--images', join(folder, 'images'), '--labels', join(folder, 'labels')];
  for (const [args, code, words] of [
    [[], 2, /^Usage: /],
    [[...flags, '--url', 'here'], 2, /^--url must be a URL, not "here"\.\n$/],
    [[...flags, '--concurrency', '0'], 2, /^--concurrency must be a whole number from 1 to 1024/],
    [[...flags, '--url', 'http://127.0.0.1:9'], 1, /^no server answers at http:.*:9\.\n$/],
    [[...flags, '--url', url], 1, /^fox\.jpg: no label starts with "fox"\n$/],
    [[...flags, '--url', url, '--truth', join(folder, 'truth')], 1, /has no line for fox\.jpg\n$/],
  ] as const) {
    const run = await accuracy(...args);
    t.same([run.code, run.out], [code, ''], args.join(' '));
    t.match(run.err, words);
  }
});
