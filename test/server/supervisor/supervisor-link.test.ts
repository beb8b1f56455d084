import { mock } from 'node:test';
import t, { type Test } from 'tap';
import type {
  FromServingProcess,
  FromSupervisor,
} from '../../../src/server/supervisor/process-messages.js';
import { SharedMetrics, tell } from '../../../src/server/supervisor/supervisor-link.js';
import { Metrics } from '../../../src/server/telemetry/metrics.js';
import { settle } from '../../helpers/puppet-lane.js';

/** What this process tells its supervisor, and a way to let the supervisor speak. */
function beServingProcess(t: Test) {
  const told: FromServingProcess[] = [];
  const sent: (() => void)[] = [];
  const { connected, send } = process;
  process.connected = true;
  process.send = (message: FromServingProcess, ...rest: unknown[]) => {
    told.push(message);
    const done = rest.at(-1);
    if (typeof done === 'function') sent.push(() => void done(null));
    return true;
  };
  t.teardown(() => {
    process.connected = connected;
    if (send) process.send = send;
    else Reflect.deleteProperty(process, 'send');
    process.removeAllListeners('message');
  });
  const hear = (message: FromSupervisor) => process.emit('message', message, undefined);
  return { told, sent, hear };
}

t.test('a message has been told when it has been sent, or if nobody listens', async (t) => {
  await tell({ kind: 'beat' });
  const { told, sent } = beServingProcess(t);
  let isTold = false;
  const telling = tell({ kind: 'beat' }).then(() => {
    isTold = true;
  });
  await settle();
  t.same(told, [{ kind: 'beat' }]);
  t.notOk(isTold);
  for (const done of sent) done();
  await telling;
  process.connected = false;
  await tell({ kind: 'beat' });
  t.equal(told.length, 1);
});

t.test('the metrics are those that the supervisor sends for this question', async (t) => {
  const { told, hear } = beServingProcess(t);
  const shared = new SharedMetrics(new Metrics([1]));
  const reading = shared.read();
  t.match(told, [{ kind: 'metricsWanted' }]);
  const { id } = told[0] as { id: number };
  hear({ kind: 'allMetrics', id: id + 1, text: 'of another question' });
  hear({ kind: 'allMetrics', id, text: 'of all' });
  hear({ kind: 'allMetrics', id, text: 'too late' });
  t.equal(await reading, 'of all');
});

t.test('those who ask at the same time share a question', async (t) => {
  const { told, hear } = beServingProcess(t);
  const shared = new SharedMetrics(new Metrics([1]));
  const readings = [shared.read(), shared.read(), shared.read()];
  t.equal(told.length, 1);
  const answer = (text: string) => {
    const last = told.at(-1) as { id: number };
    hear({ kind: 'allMetrics', id: last.id, text });
  };
  answer('first');
  t.equal(await readings[0], 'first');
  await settle();
  t.equal(told.length, 2, 'who asked during the first question gets no older answer than his own');
  answer('second');
  t.same(await Promise.all(readings), ['first', 'second', 'second']);
});

t.test('a supervisor that does not answer leaves the last answer, or this process’s', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const { told, hear } = beServingProcess(t);
  const metrics = new Metrics([1]);
  const shared = new SharedMetrics(metrics);
  async function readUnanswered(): Promise<string> {
    const reading = shared.read();
    mock.timers.tick(2000);
    return await reading;
  }
  metrics.logLinesDropped.inc(7);
  t.match(await readUnanswered(), /^batch_dispatch_log_lines_dropped_total 7$/m);
  const reading = shared.read();
  hear({ kind: 'allMetrics', id: (told.at(-1) as { id: number }).id, text: 'of all' });
  await reading;
  await settle();
  t.equal(await readUnanswered(), 'of all');
  hear({ kind: 'allMetrics', id: -1, text: 'that another process has asked for' });
  t.equal(await readUnanswered(), 'that another process has asked for');
});

t.test('asked for its own metrics, it answers with the number of the question', async (t) => {
  const { told, hear } = beServingProcess(t);
  const metrics = new Metrics([1]);
  const shared = new SharedMetrics(metrics);
  hear({ kind: 'collectMetrics', id: 42 });
  while (told.length === 0) await settle();
  t.match(told, [{ kind: 'metrics', id: 42 }]);
  const own = await metrics.registry.getMetricsAsJSON();
  const names = (list: readonly object[]) => list.map((one) => (one as { name: string }).name);
  t.same(names((told[0] as unknown as { metrics: object[] }).metrics), names(own));
  void shared.tellOwn();
  while (told.length === 1) await settle();
  t.match(told[1], { kind: 'metrics', id: -1 });
});
