/** How many serving processes there are, and how many of them are ready, as the supervisor counts them. */
export interface ProcessCount {
  readonly ready: number;
  readonly total: number;
}

/** Why a process takes no work. */
export type NotReadyReason = 'starting' | 'engine_unavailable' | 'lane_hung' | 'draining';

/** The state of this process: starting, then serving, perhaps with pauses, then ending. */
export class Lifecycle {
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

  /** All models are warm. */
  serve(): void {
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

  #become(notReady: NotReadyReason | undefined): void {
    this.#notReady = notReady;
    this.#changed(notReady === undefined);
  }
}
