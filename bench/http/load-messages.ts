/** What one generator process does. */
export interface LoadOrders {
  readonly url: string;
  readonly path: '/api/classify' | '/benchmark';
  readonly connections: number;
  /** Not counted. */
  readonly warmSeconds: number;
  readonly seconds: number;
  /** Files, posted in turn; none for /benchmark. */
  readonly images: readonly string[];
}

/** What it saw after the warm-up, whose end it tells by another message. */
export interface LoadSeen {
  readonly seconds: number;
  readonly latenciesMs: Float64Array;
  /** Seconds of a core that the process took. */
  readonly cpuSeconds: number;
  /** Requests not answered 200, from the first on, by status or error. */
  readonly failures: Readonly<Record<string, number>>;
}
