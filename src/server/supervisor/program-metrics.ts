import { Counter, Gauge, Registry } from 'prom-client';
import type { ProcessEnd } from './end-text.js';

/** How a serving process that was replaced had ended. */
const ENDINGS = ['hung', 'signal', 'exit'] as const;

/** What the program as a whole, rather than each serving process, contributes to GET /metrics. */
export class ProgramMetrics {
  readonly #registry = new Registry();
  readonly #restarts = new Counter({
    name: 'batch_dispatch_process_restarts_total',
    help: 'Serving processes that ended and were replaced, by how they ended: hung, signal, exit.',
    labelNames: ['ending'],
    registers: [this.#registry],
  });

  /** @param processes all serving processes */
  constructor(processes: readonly { readonly isReady: boolean }[]) {
    for (const ending of ENDINGS) this.#restarts.inc({ ending }, 0);
    this.#gauge(
      // The counters, too, run from the start of the program, whatever processes were replaced since.
      'process_start_time_seconds',
      'When the program started, in seconds since 1970.',
      () => performance.timeOrigin / 1000,
    );
    this.#gauge(
      'batch_dispatch_processes',
      'Serving processes that the configuration asks for.',
      () => processes.length,
    );
    this.#gauge(
      'batch_dispatch_processes_ready',
      'Serving processes that are warm and take requests.',
      () => processes.filter(({ isReady }) => isReady).length,
    );
  }

  /** To be called for each serving process that is replaced. */
  restarted({ wasHung, signal }: ProcessEnd): void {
    this.#restarts.inc({ ending: wasHung ? 'hung' : signal === null ? 'exit' : 'signal' });
  }

  /** In the Prometheus format. */
  read(): Promise<string> {
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value());
      },
    });
  }
}
