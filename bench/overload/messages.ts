/** The fake engine and its batcher: one lane that takes `batchMs` for a batch of any size. */
export interface EngineSetup {
  readonly maxBatchSize: number;
  readonly batchMs: number;
  readonly maxQueueDelayMs: number;
  readonly maxQueueSize: number;
  readonly decodeThreads: number;
}

/** To the server: begin to measure, or say what was measured since. */
export type ToServer = { readonly kind: 'begin' } | { readonly kind: 'end' };

export type FromServer =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'begun' }
  | ({ readonly kind: 'measured' } & ServerFigures);

/** The server's own view. */
export interface ServerFigures {
  /** From Node's request event until the answer is handed to the system, of requests answered 503. */
  readonly refusalP50Ms: number;
  readonly refusalP99Ms: number;
  /** Share of the time that the main thread was not waiting for events. */
  readonly loopUtilization: number;
  /** Of the process, its decode threads too. */
  readonly cpuSeconds: number;
  /** Share of the time that its main thread was ready to run and had no core. */
  readonly coreWait: number;
  readonly connections: number;
  readonly rssStartBytes: number;
  readonly rssPeakBytes: number;
}

/** What to send, to whom. */
export interface LoadSetup {
  readonly url: string;
  readonly requestsPerSecond: number;
  readonly seconds: number;
  /** The same load before them, of which nothing counts: a fresh generator is slow. Not where the books are kept. */
  readonly warmSeconds: number;
  readonly timeoutMs: number;
  readonly images: readonly string[];
  readonly maxSockets: number;
}

/** The clients' view. All latencies run from the time at which a request was meant to be sent. */
export interface LoadFigures {
  readonly sent: number;
  readonly requestsPerSecond: number;
  /** By the times at which the Poisson process had them leave. */
  readonly meantPerSecond: number;
  /** Answered 200 before their deadline, a second. */
  readonly goodput: number;
  /** Requests by status, or by the code of the error of their connection. */
  readonly endings: Readonly<Record<string, number>>;
  readonly answeredP50Ms: number;
  readonly answeredP99Ms: number;
  readonly refusedP50Ms: number;
  readonly refusedP99Ms: number;
  /** Refusals that are not 503 with problem+json and a Retry-After of whole seconds, at least one. */
  readonly malformedRefusals: number;
  /** How late the generator itself was: from the meant time until it made the request. */
  readonly lateP99Ms: number;
  /** From then until a connection was there to write to. */
  readonly connectP99Ms: number;
  readonly connections: number;
  readonly loopUtilization: number;
  /** Share of the time that its main thread was ready to run and had no core. */
  readonly coreWait: number;
}
