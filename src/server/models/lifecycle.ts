import { Problem } from '../problem/problem.js';
import type { ServedModel } from './served-model.js';

/** How many serving processes there are, and how many of them are ready: the supervisor's word. */
export interface ProcessCount {
  readonly ready: number;
  readonly total: number;
}

/** Why a process takes no work. */
export type NotReadyReason = 'starting' | 'engine_unavailable' | 'lane_hung' | 'draining';

/** Where this process stands in its life: starting, then serving, with pauses perhaps, then ending. */
export class Lifecycle {
  #models: readonly ServedModel[] = [];
  readonly #unavailable = new Set<string>();
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

  /** @param models all warm; the first answers requests that name none */
  serve(models: readonly ServedModel[]): void {
    this.#models = models;
    this.#become(undefined);
  }

  /** Every lane of a model has its breaker open, or one has closed again. All models must be available. */
  setEngineAvailable(model: string, isAvailable: boolean): void {
    if (isAvailable) this.#unavailable.delete(model);
    else this.#unavailable.add(model);
    if (!this.isEnding) this.#become(this.#unavailable.size > 0 ? 'engine_unavailable' : undefined);
  }

  end(reason: 'draining' | 'lane_hung'): void {
    this.#become(reason);
  }

  /**
   * All models, that which answers requests that name none first.
   *
   * @throws {Problem} engine_unavailable before the warm-up has ended and with a hung lane, draining after SIGTERM
   */
  models(): readonly ServedModel[] {
    if (this.#notReady === 'draining') throw new Problem('draining', { 'Retry-After': '1' });
    if (this.#models.length === 0 || this.#notReady === 'lane_hung') {
      throw new Problem('engine_unavailable', { 'Retry-After': '1' });
    }
    return this.#models;
  }

  /**
   * The model of that name, or the first.
   *
   * @throws {Problem} model_not_found; and as `models`
   */
  model(name?: string): ServedModel {
    const models = this.models();
    const model = name === undefined ? models[0] : models.find((one) => one.name === name);
    if (!model) throw new Problem('model_not_found');
    return model;
  }

  #become(notReady: NotReadyReason | undefined): void {
    this.#notReady = notReady;
    this.#changed(notReady === undefined);
  }
}
