import t from 'tap';
import { MetricsCollector } from '../../../src/server/supervisor/collect-metrics.js';
import type {
  FromSupervisor,
  MetricsJson,
} from '../../../src/server/supervisor/process-messages.js';
import { Metrics } from '../../../src/server/telemetry/metrics.js';
import { ModelMetrics } from '../../../src/server/telemetry/model-metrics.js';

/** A process that counts, and answers the collector unless it is slow. */
class FakeProcess {
  isRunning = true;
  isSlow = false;
  timesAsked = 0;
  unsettled = 0;
  collector: MetricsCollector | undefined;
  #metrics = new Metrics([1, 2]);
  #model = new ModelMetrics('m', this.#metrics);

  constructor() {
    this.#watch();
  }

  accept(count: number): void {
    this.#model.accepted(count);
    this.unsettled += count;
  }

  settle(count: number): void {
    for (let i = 0; i < count; i++) this.#model.settled(new Error('no'));
    this.unsettled -= count;
  }

  work(ms: number): void {
    this.#model.ran('0', ms, 1);
  }

  /** Ends, and is replaced by one that starts from nothing. */
  replace(): void {
    this.collector?.ended(this);
    this.#metrics = new Metrics([1, 2]);
    this.#model = new ModelMetrics('m', this.#metrics);
    this.unsettled = 0;
    this.#watch();
  }

  tell(message: FromSupervisor): void {
    if (message.kind !== 'collectMetrics') return;
    this.timesAsked++;
    if (!this.isSlow) void this.answer(message.id);
  }

  async answer(id: number): Promise<void> {
    // A message is a copy.
    const metrics = structuredClone(await this.#metrics.registry.getMetricsAsJSON()) as MetricsJson;
    this.collector?.receive(this, id, metrics);
  }

  #watch(): void {
    const unsettled = () => this.unsettled;
    this.#metrics.watch('m', {
      undispatched: 0,
      get unsettled() {
        return unsettled();
      },
    });
  }
}

function setup(count: number) {
  const processes = Array.from({ length: count }, () => new FakeProcess());
  const collector = new MetricsCollector(processes);
  for (const one of processes) one.collector = collector;
  async function read() {
    const text = await collector.read();
    const value = (series: string) =>
      Number(new RegExp(`^batch_dispatch_${series} (.*)$`, 'm').exec(text)?.[1]);
    return {
      accepted: value('items_accepted_total\\{model="m"\\}'),
      failed: value('items_settled_total\\{model="m",outcome="server_error"\\}'),
      inProgress: value('items_in_progress\\{model="m"\\}'),
      builds: value('build_info\\{.*\\}'),
    };
  }
  return { processes, collector, read };
}

t.test('the metrics of all processes are added up', async (t) => {
  const { processes, read } = setup(2);
  processes[0]?.accept(3);
  processes[1]?.accept(4);
  processes[1]?.settle(1);
  t.same(await read(), { accepted: 7, failed: 1, inProgress: 6, builds: 1 });
});

t.test('of a process that is slow its last answer counts', async (t) => {
  const { processes, read } = setup(2);
  const [slow, other] = processes as [FakeProcess, FakeProcess];
  slow.accept(3);
  await read();
  slow.isSlow = true;
  slow.accept(10);
  other.accept(1);
  t.equal((await read()).accepted, 4);
  await slow.answer(-1);
  t.equal((await read()).accepted, 14, 'a late answer counts too');
});

t.test('what a process has counted stays when it ends, and the books balance', async (t) => {
  const { processes, read } = setup(2);
  const [first] = processes as [FakeProcess];
  for (let life = 1; life <= 3; life++) {
    first.accept(5);
    first.settle(2);
    await read();
    first.replace();
    t.same(await read(), { accepted: 5 * life, failed: 5 * life, inProgress: 0, builds: 1 });
  }
});

t.test('one that has ended is not asked', async (t) => {
  const { processes, read } = setup(2);
  const [first] = processes as [FakeProcess];
  first.accept(2);
  await read();
  first.isRunning = false;
  first.collector?.ended(first);
  t.equal((await read()).accepted, 2);
  t.equal(first.timesAsked, 1);
});

t.test('all who ask at the same time share a collection', async (t) => {
  const { processes, collector } = setup(1);
  await Promise.all(Array.from({ length: 50 }, () => collector.read()));
  t.equal(processes[0]?.timesAsked, 2, 'the one that had begun, and one for all others');
});

t.test('a sum of seconds is not lower in its last digit when a process ends', async (t) => {
  const { processes, collector } = setup(2);
  const [first, second] = processes as [FakeProcess, FakeProcess];
  const seconds = async () =>
    Number(/^batch_dispatch_lane_busy_seconds_total\S* (.*)$/m.exec(await collector.read())?.[1]);
  first.work(100);
  await seconds();
  first.replace();
  first.work(200);
  second.work(300);
  const before = await seconds();
  second.replace();
  t.equal(await seconds(), before);
});
