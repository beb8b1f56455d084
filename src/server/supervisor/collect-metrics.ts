import { AggregatorRegistry, type Registry } from 'prom-client';
import { shareRuns } from '../telemetry/share-runs.js';
import { exactValues } from './exact-values.js';
import { lastingTotals } from './lasting-totals.js';
import type { MetricsJson } from './process-messages.js';
import type { ServingProcess } from './serving-process.js';

type Source = Pick<ServingProcess, 'isRunning' | 'tell'>;

/** If a process does not answer within this time, its last answer is used. */
const TIMEOUT_MS = 1000;

/**
 * Adds up the metrics of all serving processes. No counter ever decreases: a slow process counts with its last answer,
 * and the totals of a process that has ended are kept.
 */
export class MetricsCollector {
  readonly #processes: readonly Source[];
  /** The last answer of each running process. */
  readonly #last = new Map<Source, MetricsJson>();
  /** The totals of all processes that have ended. */
  #ended: MetricsJson = [];
  readonly #waiting = new Map<number, () => void>();
  #nextId = 0;

  constructor(processes: readonly Source[]) {
    this.#processes = processes;
  }

  /** The metrics of all processes in the Prometheus format. */
  readonly read = shareRuns(async () => {
    const running = this.#processes.filter(({ isRunning }) => isRunning);
    await Promise.all(running.map((process) => this.#ask(process)));
    return await aggregate([this.#ended, ...this.#last.values()]).metrics();
  });

  /** Takes the answer of a process, which may be late. */
  receive(from: Source, id: number, metrics: MetricsJson): void {
    this.#last.set(from, exactValues(metrics));
    this.#waiting.get(id)?.();
  }

  ended(from: Source): void {
    const last = this.#last.get(from);
    if (!last) return;
    this.#last.delete(from);
    this.#ended = aggregate([this.#ended, lastingTotals(last)]).getMetricsAsArray();
  }

  #ask(process: Source): Promise<void> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve();
      };
      const timer = setTimeout(end, TIMEOUT_MS);
      this.#waiting.set(id, end);
      process.tell({ kind: 'collectMetrics', id });
    });
  }
}

function aggregate(metrics: readonly MetricsJson[]): Registry {
  return AggregatorRegistry.aggregate(metrics as object[][]);
}
