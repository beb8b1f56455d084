import type { ServerResponse } from 'node:http';

/** How many serving processes there are, and how many of them are ready, as counted by the supervisor. */
export interface ProcessCount {
  readonly ready: number;
  readonly total: number;
}

/** Why a process is not ready. */
export type NotReadyReason = 'starting' | 'engine_unavailable' | 'lane_hung' | 'draining';

/** The state of this process: starting, then serving, possibly with interruptions, then ending. */
export class Lifecycle {
  readonly #unavailable = new Set<string>();
  #notReady: NotReadyReason | undefined = 'starting';
  /** The requests that arrived before the end. */
  #arrivedBefore = new WeakSet<ServerResponse>();
  readonly #changed: (isReady: boolean) => void;
  processes: ProcessCount = { ready: 0, total: 1 };

  /** @param changed called when this process becomes ready or ceases to be */
  constructor(changed: (isReady: boolean) => void = () => {}) {
    this.#changed = changed;
  }

  /** Why this process is not ready; undefined if it is. */
  get notReady(): NotReadyReason | undefined {
    return this.#notReady;
  }

  /** Whether this process will exit soon and close its connections. */
  get isEnding(): boolean {
    return this.#notReady === 'draining' || this.#notReady === 'lane_hung';
  }

  /** Whether a request is refused because the process drains and the request has arrived after that began. */
  refuses(request?: ServerResponse): boolean {
    const arrivedBefore = request !== undefined && this.#arrivedBefore.has(request);
    return this.#notReady === 'draining' && !arrivedBefore;
  }

  /** All models are warm. */
  serve(): void {
    this.#become(undefined);
  }

  /** The breakers of all lanes of a model have opened, or one has closed again. All models must be available. */
  setEngineAvailable(model: string, isAvailable: boolean): void {
    if (isAvailable) this.#unavailable.delete(model);
    else this.#unavailable.add(model);
    if (!this.isEnding) this.#become(this.#unavailable.size > 0 ? 'engine_unavailable' : undefined);
  }

  /** @param arrived the requests that are still answered as if the process did not end */
  end(reason: 'draining' | 'lane_hung', arrived: readonly ServerResponse[] = []): void {
    this.#arrivedBefore = new WeakSet(arrived);
    this.#become(reason);
  }

  #become(notReady: NotReadyReason | undefined): void {
    this.#notReady = notReady;
    this.#changed(notReady === undefined);
  }
}
