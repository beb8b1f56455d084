import type { Metrics } from '../telemetry/metrics.js';
import { shareRuns } from '../telemetry/share-runs.js';
import {
  type FromServingProcess,
  type FromSupervisor,
  type MetricsJson,
  UNASKED,
} from './process-messages.js';

/** Longer than the second that the supervisor itself waits for a process. */
const TIMEOUT_MS = 2000;

/** Sends a message to the supervisor, if there is one. Resolves when the message has been sent. */
export function tell(message: FromServingProcess): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

/** The metrics of all serving processes: asks the supervisor for them, and sends it this process's on request. */
export class SharedMetrics {
  readonly #metrics: Metrics;
  readonly #waiting = new Map<number, (text: string) => void>();
  #last: string | undefined;
  #nextId = 0;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    process.on('message', (message: FromSupervisor) => {
      if (message.kind === 'collectMetrics') void this.tellOwn(message.id);
      if (message.kind !== 'allMetrics') return;
      this.#last = message.text;
      this.#waiting.get(message.id)?.(message.text);
    });
  }

  /** The metrics in the Prometheus format; the last known ones if the supervisor does not answer. */
  readonly read = shareRuns(
    async () => (await this.#ask()) ?? this.#last ?? (await this.#metrics.registry.metrics()),
  );

  /** Sends this process's metrics to the supervisor, even if it has not asked for them. */
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
