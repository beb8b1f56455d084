/** The orders of one generator process. */
export interface LoadOrders {
  readonly url: string;
  readonly path: '/api/classify' | '/benchmark';
  readonly connections: number;
  /** Time before the measurement; requests in it do not count. */
  readonly warmSeconds: number;
  readonly seconds: number;
  /** Image files, posted in turn; empty for /benchmark. */
  readonly images: readonly string[];
}

/** The results after the warm-up; another message announces its end. */
export interface LoadSeen {
  readonly seconds: number;
  readonly latenciesMs: Float64Array;
  /** CPU seconds that the process used. */
  readonly cpuSeconds: number;
  /** Requests that were not answered 200, including those of the warm-up, by status or error. */
  readonly failures: Readonly<Record<string, number>>;
}
