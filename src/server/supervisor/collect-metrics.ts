import { AggregatorRegistry } from 'prom-client';
import type { MetricsJson } from './process-messages.js';
import type { ServingProcess } from './serving-process.js';

/** A process that does not answer within this time is left out. */
const TIMEOUT_MS = 1000;

/** Collects and aggregates the metrics of all serving processes. */
export class MetricsCollector {
  readonly #received = new Map<number, (metrics: MetricsJson) => void>();
  #nextId = 0;

  /** The metrics of all `processes` in the Prometheus format. */
  async collect(processes: readonly ServingProcess[]): Promise<string> {
    const running = processes.filter(({ isRunning }) => isRunning);
    const answers = await Promise.all(running.map((process) => this.#ask(process)));
    const known = answers.filter((metrics) => metrics !== undefined);
    return await AggregatorRegistry.aggregate(known as object[][]).metrics();
  }

  receive(id: number, metrics: MetricsJson): void {
    this.#received.get(id)?.(metrics);
  }

  #ask(process: ServingProcess): Promise<MetricsJson | undefined> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const end = (metrics?: MetricsJson) => {
        clearTimeout(timer);
        this.#received.delete(id);
        resolve(metrics);
      };
      const timer = setTimeout(end, TIMEOUT_MS);
      this.#received.set(id, end);
      process.tell({ kind: 'collectMetrics', id });
    });
  }
}
