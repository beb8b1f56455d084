import type { Classifier } from './classifier.js';
import type { ModelDescription } from './respond/model-description.js';
import { Problem } from './respond/problem.js';

/** What answers requests once the model is warm. */
export interface Service {
  readonly classifier: Classifier;
  /** Each label as a JSON string, in the order of the classes. */
  readonly labelsJson: readonly string[];
  readonly describe: () => ModelDescription;
}

/** How many serving processes there are, and how many of them are ready: the supervisor's word. */
export interface ProcessCount {
  readonly ready: number;
  readonly total: number;
}

/** Why a process takes no work. */
export type NotReadyReason = 'starting' | 'engine_unavailable' | 'lane_hung' | 'draining';

/** Where this process stands in its life: starting, then serving, with pauses perhaps, then ending. */
export class Lifecycle {
  #service: Service | undefined;
  #notReady: NotReadyReason | undefined = 'starting';
  readonly #changed: (isReady: boolean) => void;
  processes: ProcessCount = { ready: 0, total: 1 };

  /** @param changed called when this process begins or ceases to take work */
  constructor(changed: (isReady: boolean) => void = () => {}) {
    this.#changed = changed;
  }

  /** Why this process takes no work; undefined when it does. */
  get notReady(): NotReadyReason | undefined {
    return this.#notReady;
  }

  /** Whether this process ends soon, and its connections with it. */
  get isEnding(): boolean {
    return this.#notReady === 'draining' || this.#notReady === 'lane_hung';
  }

  serve(service: Service): void {
    this.#service = service;
    this.#become(undefined);
  }

  /** Every lane's breaker is open, or one has closed again. */
  setEngineAvailable(isAvailable: boolean): void {
    if (!this.isEnding) this.#become(isAvailable ? undefined : 'engine_unavailable');
  }

  end(reason: 'draining' | 'lane_hung'): void {
    this.#become(reason);
  }

  /** @throws {Problem} engine_unavailable before the warm-up has ended and with a hung lane, draining after SIGTERM */
  service(): Service {
    if (this.#notReady === 'draining') throw new Problem('draining', { 'Retry-After': '1' });
    if (!this.#service || this.#notReady === 'lane_hung') {
      throw new Problem('engine_unavailable', { 'Retry-After': '1' });
    }
    return this.#service;
  }

  #become(notReady: NotReadyReason | undefined): void {
    this.#notReady = notReady;
    this.#changed(notReady === undefined);
  }
}
