import t from 'tap';
import { solidJpeg } from '../../../helpers/make-jpeg.js';
import { serveApp } from '../../../helpers/serve-app.js';

const RED = solidJpeg(16, 16, [200, 40, 10]);

function form(...images: readonly Buffer[]): FormData {
  const data = new FormData();
  for (const image of images) data.append('data', new Blob([image]));
  return data;
}

t.test('TorchServe: the best labels of one image, raw or in a form', async (t) => {
  const { url } = await serveApp(t);
  const send = (body: RequestInit['body'], path = '/colours', method = 'POST') =>
    fetch(`${url}/predictions${path}`, { method, body: body ?? null });
  const answer = await (await send(RED)).json();
  t.match(answer, { 'c1 red': Number, 'c2 green': Number, 'c3 blue, "sky"': Number });
  t.same(Object.keys(answer as object)[0], 'c1 red', 'best first');
  t.same(await (await send(RED, '/colours', 'PUT')).json(), answer);
  t.same(await (await send(form(RED))).json(), answer);
  for (const path of ['/colours/1', '/colours/1.0']) t.equal((await send(RED, path)).status, 200);
  const one = await (await send(RED, '/colours?top_k=1')).json();
  t.same(Object.keys(one as object), ['c1 red']);
  const cases: [Promise<Response>, string][] = [
    [send(form(RED, RED)), 'too_many_parts'],
    [send('no image'), 'undecodable_image'],
    [send(''), 'empty_body'],
    [send(RED, '/x'), 'model_not_found'],
    [send(RED, '/colours/2'), 'model_not_found'],
    [send(RED, '/colours?k=1'), 'invalid_query'],
  ];
  for (const [pending, code] of cases) t.match(await (await pending).json(), { code });
  t.equal((await fetch(`${url}/predictions/colours`)).headers.get('allow'), 'POST, PUT');
});

t.test('Hugging Face: labels with scores, of a raw image or one in JSON', async (t) => {
  const { url } = await serveApp(t);
  const send = (body: RequestInit['body'], query = '') =>
    fetch(`${url}/models/colours${query}`, { method: 'POST', body: body ?? null });
  const json = (parameters?: unknown, inputs: unknown = RED.toString('base64')) =>
    send(JSON.stringify({ inputs, ...(parameters === undefined ? {} : { parameters }) }));
  const answer = (await (await send(RED)).json()) as { label: string; score: number }[];
  t.match(answer, [{ label: 'c1 red', score: Number }, { label: 'c2 green' }, {}]);
  t.not(answer[0]?.score, Number(answer[0]?.score.toFixed(4)), 'unrounded');
  t.same(await (await json()).json(), answer);
  t.same(await (await json({ top_k: null, function_to_apply: 'softmax' })).json(), answer);
  t.same(await (await json({ top_k: 1 })).json(), answer.slice(0, 1));
  t.same(await (await send(RED, '?top_k=1')).json(), answer.slice(0, 1));
  const padded = ` \r\n${JSON.stringify({ inputs: RED.toString('base64') })}`;
  t.same(await (await send(padded)).json(), answer);
  const cases: [Promise<Response>, string][] = [
    [json({ top_k: 0 }), 'invalid_parameter'],
    [json({ top_k: 101 }), 'invalid_parameter'],
    [json({ function_to_apply: 'sigmoid' }), 'invalid_parameter'],
    [json(7), 'invalid_parameter'],
    [json(undefined, 7), 'invalid_body'],
    [json(undefined, ''), 'empty_body'],
    [json(undefined, 'QUJD'), 'undecodable_image'],
    [send('{'), 'invalid_body'],
    [send(''), 'empty_body'],
    [send('no image'), 'undecodable_image'],
    [send(RED, '?model=colours'), 'invalid_query'],
    [fetch(`${url}/models/x`, { method: 'POST', body: RED }), 'model_not_found'],
  ];
  for (const [pending, code] of cases) {
    t.match(await (await pending).json(), { code, error: /\.$/ });
  }
});

t.test(
  'SageMaker: invocations are classifications, and ping says whether it is healthy',
  async (t) => {
    const { url, classify, lifecycle } = await serveApp(t);
    const invoke = () => fetch(`${url}/invocations`, { method: 'POST', body: RED });
    t.equal(await (await invoke()).text(), await (await classify(RED)).text());
    const ping = await fetch(`${url}/ping`);
    t.equal(ping.status, 200);
    t.same(await ping.json(), { status: 'Healthy' });
    lifecycle.end('draining');
    const ill = await fetch(`${url}/ping`);
    t.equal(ill.status, 503);
    t.same(await ill.json(), { status: 'Unhealthy' });
  },
);
