/** The simulated engine and its batcher: one lane that takes `batchMs` for a batch of any size. */
export interface ServerSetup {
  readonly maxBatchSize: number;
  readonly batchMs: number;
  readonly maxQueueSize: number;
  readonly decodeThreads: number;
  /** Without protection, the server accepts whatever arrives, and foresees nothing. */
  readonly isProtected: boolean;
}

/** To the server: start a measurement, or report its results. */
export type ToServer = { readonly kind: 'begin' } | { readonly kind: 'end' };

export type FromServer =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'begun' }
  | ({ readonly kind: 'measured' } & ServerFigures);

/** The figures that the server measures itself. */
export interface ServerFigures {
  /** For requests answered 503: from Node's request event until the answer is passed to the system. */
  readonly refusalP50Ms: number;
  readonly refusalP99Ms: number;
  /** Share of the time that the main thread was not waiting for events. */
  readonly loopUtilization: number;
  /** Of the whole process, including its decode threads. */
  readonly cpuSeconds: number;
  /** Share of the time that its main thread was ready to run and had no core. */
  readonly coreWait: number;
  readonly connections: number;
  readonly rssStartBytes: number;
  readonly rssPeakBytes: number;
}

/** What to send, and where. */
export interface LoadSetup {
  readonly url: string;
  /** The rate of independent clients; undefined for clients that wait for each answer. */
  readonly requestsPerSecond?: number;
  /** How many clients wait for each answer, if no rate is given. */
  readonly clients: number;
  readonly keepAlive: boolean;
  /** More than one are sent as a form. */
  readonly imagesPerRequest: number;
  readonly seconds: number;
  /** The same load before the measurement, which does not count, because a fresh generator is slow. */
  readonly warmSeconds: number;
  readonly timeoutMs: number;
  readonly images: readonly string[];
}

/** The figures that the clients measure. All latencies run from the scheduled send time of a request. */
export interface LoadFigures {
  readonly sent: number;
  readonly requestsPerSecond: number;
  /** Share of the scheduled requests that were sent. */
  readonly sentShare: number;
  /** Requests per second that were answered 200 before their deadline. */
  readonly goodput: number;
  /** Number of requests by status, or by the error code of their connection. */
  readonly endings: Readonly<Record<string, number>>;
  readonly answeredP50Ms: number;
  readonly answeredP99Ms: number;
  readonly refusedP50Ms: number;
  readonly refusedP99Ms: number;
  /** Refusals without problem+json or a Retry-After of at least one whole second. */
  readonly malformedRefusals: number;
  /** How late the generator itself was: from the scheduled time until it made the request. */
  readonly lateP99Ms: number;
  /** From then until a connection was available. */
  readonly connectP99Ms: number;
  readonly connections: number;
  /** Processor time that the clients used, in cores. */
  readonly cores: number;
  /** Share of the time that its main thread was ready to run and had no core. */
  readonly coreWait: number;
}
