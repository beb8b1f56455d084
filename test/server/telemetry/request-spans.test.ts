import { EventEmitter } from 'node:events';
import {
  type Context,
  propagation,
  SpanKind,
  SpanStatusCode,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import t from 'tap';
import type { Settlement } from '../../../src/batcher/index.js';
import { Problem } from '../../../src/server/problem/problem.js';
import { openRequestSpans, RequestSpans } from '../../../src/server/telemetry/request-spans.js';
import { FakeProvider } from '../../helpers/fake-tracer.js';
import { ManualClock } from '../../helpers/manual-clock.js';

const { timeOrigin } = performance;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Takes up `parent: TRACEID-FLAGS`. */
const propagator: TextMapPropagator<Record<string, string>> = {
  extract(context: Context, headers) {
    const [traceId, flags] = headers['parent']?.split('-') ?? [];
    if (traceId === undefined) return context;
    const parent = { traceId, spanId: '00f067aa0ba902b7', traceFlags: Number(flags) };
    return trace.setSpanContext(context, parent);
  },
  inject() {},
  fields: () => ['parent'],
};
propagation.setGlobalPropagator(propagator);

function setUp() {
  const clock = new ManualClock();
  const provider = new FakeProvider();
  const spans = new RequestSpans(provider, clock);
  /** A request that could first be read at `startedMs`. */
  function request(startedMs: number, headers: Record<string, string> = {}) {
    const outgoing = Object.assign(new EventEmitter(), { destroyed: false });
    const incoming = { method: 'POST', url: '/api/classify?top_k=1', headers };
    return { id: 'r1', startedMs, incoming, outgoing };
  }
  /** The spans, with times of the clock. */
  const ended = () =>
    provider.spans.map(({ name, startMs, endMs }) => [
      name,
      Math.round(startMs - timeOrigin),
      Math.round(endMs - timeOrigin),
    ]);
  return { clock, provider, spans, request, ended };
}

function image(times: readonly [number, number, number, number], batchSize = 1): Settlement<null> {
  const [acceptedMs, enteredMs, dispatchedMs, finishedMs] = times;
  return {
    output: null,
    acceptedMs,
    enteredMs,
    dispatchedMs,
    finishedMs,
    batchSize,
    reason: 'idle',
  };
}

t.test(
  'the spans of a request follow its image, and are made once the answer is sent',
  async (t) => {
    const { clock, provider, spans, request, ended } = setUp();
    const one = request(100, { parent: `${TRACE}-1` });
    clock.advance(150);
    spans.answered(one, [image([110, 120, 130, 145])]);
    t.same(ended(), []);
    clock.advance(10);
    one.outgoing.emit('close');
    t.same(ended(), [
      ['decode', 110, 120],
      ['queue', 120, 130],
      ['infer', 130, 145],
      ['batch', 130, 145],
      ['receive', 100, 110],
      ['respond', 145, 160],
      ['POST /api/classify', 100, 160],
    ]);
    const root = provider.spans.at(-1);
    t.equal(root?.kind, SpanKind.SERVER);
    t.match(root?.parent, { traceId: TRACE, spanId: '00f067aa0ba902b7' });
    t.match(root?.attributes, {
      'http.request.method': 'POST',
      'url.path': '/api/classify',
      'http.response.status_code': 200,
      'batch_dispatch.request_id': 'r1',
    });
    const batch = provider.spans.find(({ name }) => name === 'batch');
    t.equal(batch?.parent, undefined, 'a batch belongs to no request');
    t.same(batch?.links, [{ context: root?.context }]);
    for (const { name, parent } of provider.spans.filter(
      (span) => span !== root && span !== batch,
    )) {
      t.equal(parent?.spanId, root?.context.spanId, name);
    }
  },
);

t.test('a batch is linked to all requests whose images it contained', async (t) => {
  const { clock, provider, spans, request } = setUp();
  clock.advance(50);
  const [form, single] = [request(0), request(5)];
  spans.answered(form, [image([10, 11, 20, 40], 3), image([10, 12, 20, 40], 3)]);
  spans.answered(single, [image([10, 13, 20, 40], 3)]);
  single.outgoing.emit('close');
  t.equal(
    provider.spans.some(({ name }) => name === 'batch'),
    false,
    'not all are known',
  );
  form.outgoing.emit('close');
  const batches = provider.spans.filter(({ name }) => name === 'batch');
  t.equal(batches.length, 1);
  const requests = provider.spans.filter(({ kind }) => kind === SpanKind.SERVER);
  const ids = requests.map(({ context }) => context.spanId);
  t.same(
    batches[0]?.links.map(({ context }) => context.spanId),
    [ids[0], ids[1], ids[1]],
  );
  t.match(batches[0]?.attributes, { 'batch_dispatch.batch.size': 3 });
});

t.test(
  'a batch some of whose requests are never known has its span after five seconds',
  async (t) => {
    const { clock, provider, spans, request, ended } = setUp();
    clock.advance(40);
    const one = request(0);
    spans.answered(one, [image([10, 11, 20, 40], 3)]);
    one.outgoing.emit('close');
    const batches = () => ended().filter(([name]) => name === 'batch');
    clock.advance(4999);
    t.same(batches(), []);
    clock.advance(1);
    t.same(batches(), [['batch', 20, 40]]);
    t.equal(clock.pending, 0);
    const late = request(0);
    spans.answered(late, [image([10, 11, 20, 40], 3)]);
    clock.advance(1);
    late.outgoing.emit('close');
    await spans.flush();
    t.equal(batches().length, 1, 'one that is later still makes no second span');
    t.equal(provider.flushes, 1);
  },
);

t.test('flushing makes the spans of all batches', async (t) => {
  const { clock, spans, request, ended } = setUp();
  clock.advance(40);
  const one = request(0);
  spans.answered(one, [image([10, 11, 20, 40], 2)]);
  one.outgoing.emit('close');
  await spans.flush();
  t.ok(ended().some(([name]) => name === 'batch'));
  t.equal(clock.pending, 0);
});

t.test('a request whose trace is not sampled makes no other spans', async (t) => {
  const { clock, provider, spans, request } = setUp();
  clock.advance(40);
  const one = request(0, { parent: `${TRACE}-0` });
  spans.answered(one, [image([10, 11, 20, 40])]);
  one.outgoing.emit('close');
  t.same(provider.spans, []);
  t.equal(clock.pending, 0);
});

t.test('a refused request has a span with its code', async (t) => {
  const { clock, provider, spans, request } = setUp();
  clock.advance(10);
  for (const [code, status] of [
    ['undecodable_image', 400],
    ['queue_full', 503],
    ['client_gone', 499],
  ] as const) {
    const one = request(1);
    // The connection of a client that is gone has closed before.
    one.outgoing.destroyed = code === 'client_gone';
    spans.refused(one, code, status);
    one.outgoing.emit('close');
    const span = provider.spans.at(-1);
    t.match(span, { name: 'POST', attributes: { 'batch_dispatch.code': code } });
    t.equal(
      span?.attributes['http.response.status_code'],
      code === 'client_gone' ? undefined : status,
    );
    t.equal(span?.status, status >= 500 ? SpanStatusCode.ERROR : SpanStatusCode.UNSET);
    t.equal(span?.attributes['error.type'], status >= 500 ? code : undefined);
  }
  t.equal(provider.spans.length, 3);
});

t.test('an image of a form that failed is an event', async (t) => {
  const { clock, provider, spans, request } = setUp();
  clock.advance(50);
  const one = request(0);
  spans.answered(one, [new Problem('empty_body'), image([10, 11, 20, 40])]);
  one.outgoing.emit('close');
  const root = provider.spans.find(({ kind }) => kind === SpanKind.SERVER);
  t.match(root?.events, [
    { attributes: { 'batch_dispatch.image': 0, 'batch_dispatch.code': 'empty_body' } },
  ]);
  t.match(provider.spans.find(({ name }) => name === 'decode')?.attributes, {
    'batch_dispatch.image': 1,
  });
  const none = request(0);
  spans.answered(none, [new Problem('empty_body'), new Problem('empty_body')]);
  none.outgoing.emit('close');
  t.equal(provider.spans.at(-1)?.events.length, 2);
});

t.test('there are spans only if an SDK was registered', async (t) => {
  const clock = new ManualClock();
  t.equal(openRequestSpans(clock), undefined);
  trace.setGlobalTracerProvider(new FakeProvider());
  t.teardown(() => trace.disable());
  t.ok(openRequestSpans(clock));
});
