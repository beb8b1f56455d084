import type { Classifier } from './classifier.js';
import { Problem } from './respond/problem.js';

/** What answers requests once the model is warm. */
export interface Service {
  readonly classifier: Classifier;
  /** Each label as a JSON string, in the order of the classes. */
  readonly labelsJson: readonly string[];
}

/** How many serving processes there are, and how many of them are ready: the supervisor's word. */
export interface ProcessCount {
  readonly ready: number;
  readonly total: number;
}

/** Where this process stands in its life: starting, then serving, then draining. */
export class Lifecycle {
  #service: Service | undefined;
  #isDraining = false;
  processes: ProcessCount = { ready: 0, total: 1 };

  get isDraining(): boolean {
    return this.#isDraining;
  }

  serve(service: Service): void {
    this.#service = service;
  }

  drain(): void {
    this.#isDraining = true;
  }

  /** @throws {Problem} engine_unavailable before the warm-up has ended, draining after SIGTERM */
  service(): Service {
    if (this.#isDraining) throw new Problem('draining', { 'Retry-After': '1' });
    if (!this.#service) throw new Problem('engine_unavailable', { 'Retry-After': '1' });
    return this.#service;
  }
}
