import type { Metrics } from '../telemetry/metrics.js';
import type { FromServingProcess, FromSupervisor, MetricsJson } from './process-messages.js';

/** Sends a message to the supervisor, if there is one. */
export function tell(message: FromServingProcess): void {
  if (process.connected) process.send?.(message);
}

/** The metrics of all serving processes: asks the supervisor for them, and sends it this process's on request. */
export class SharedMetrics {
  readonly #metrics: Metrics;
  readonly #waiting = new Map<number, (text: string) => void>();
  #nextId = 0;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    process.on('message', (message: FromSupervisor) => {
      if (message.kind === 'collectMetrics') void this.#answer(message.id);
      if (message.kind === 'allMetrics') {
        this.#waiting.get(message.id)?.(message.text);
        this.#waiting.delete(message.id);
      }
    });
  }

  read(): Promise<string> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      tell({ kind: 'metricsWanted', id });
    });
  }

  async #answer(id: number): Promise<void> {
    const metrics = (await this.#metrics.registry.getMetricsAsJSON()) as MetricsJson;
    tell({ kind: 'metrics', id, metrics });
  }
}
