import type { Metrics } from '../telemetry/metrics.js';
import { shareRuns } from '../telemetry/share-runs.js';
import type { FromServingProcess, FromSupervisor, MetricsJson } from './process-messages.js';

/** The supervisor itself waits a second for a process. */
const TIMEOUT_MS = 2000;
const UNASKED = -1;

/** Tells the supervisor something; without one, nobody. Resolves when the message has left. */
export function tell(message: FromServingProcess): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

/** Metrics of all serving processes: asks the supervisor, and answers it when it asks for those of this process. */
export class SharedMetrics {
  readonly #metrics: Metrics;
  readonly #waiting = new Map<number, (text: string) => void>();
  #last: string | undefined;
  #nextId = 0;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    process.on('message', (message: FromSupervisor) => {
      if (message.kind === 'collectMetrics') void this.tellOwn(message.id);
      if (message.kind === 'allMetrics') this.#waiting.get(message.id)?.(message.text);
    });
  }

  /** As Prometheus reads them; those of before if the supervisor does not answer. */
  readonly read = shareRuns(async () => {
    this.#last = (await this.#ask()) ?? this.#last;
    return this.#last ?? (await this.#metrics.registry.metrics());
  });

  /** Tells the supervisor the metrics of this process, also before they are asked for. */
  async tellOwn(id = UNASKED): Promise<void> {
    const metrics = (await this.#metrics.registry.getMetricsAsJSON()) as MetricsJson;
    await tell({ kind: 'metrics', id, metrics });
  }

  #ask(): Promise<string | undefined> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const end = (text?: string) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(text);
      };
      const timer = setTimeout(end, TIMEOUT_MS);
      this.#waiting.set(id, end);
      void tell({ kind: 'metricsWanted', id });
    });
  }
}
