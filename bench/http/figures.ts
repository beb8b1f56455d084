import type { Machine } from '../tools/write-result.js';

/** How a server is set up for a measurement. */
export interface Setting {
  readonly name: string;
  readonly maxBatchSize: number;
  /** The window. */
  readonly maxQueueDelayMs: number;
  /** Where decoders are compared. */
  readonly decoder?: string;
}

/** What the clients of one closed loop saw. */
export interface ClientFigures {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly meanMs: number;
  /** Seconds of a core that the generator took, a second. */
  readonly loadCores: number;
}

/** Milliseconds that an image spent in each stage, on average; of a request in receive and respond. */
export interface StageMeans {
  readonly receive: number;
  readonly decode: number;
  readonly queue: number;
  readonly infer: number;
  readonly respond: number;
}

/** What the server's metrics say of the same time. */
export interface ServerFigures {
  readonly meanBatchSize: number;
  /** Share of the batches that left for each reason. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly stagesMs: StageMeans;
  /** Seconds of a core that all its processes took, a second. Not in older results. */
  readonly serverCores: number;
}

export type RoundFigures = ClientFigures & ServerFigures;

/** One setting at one number of connections: the median of its rounds. */
export interface CaseFigures extends RoundFigures {
  readonly setting: string;
  readonly decoder?: string;
  readonly connections: number;
  readonly rounds: readonly RoundFigures[];
}

/** Independent clients at a share of what the closed loop reached; latency from when a request was meant to leave. */
export interface OpenLoopFigures {
  readonly setting: string;
  readonly shareOfCapacity: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Requests that were not answered 200, and how they ended. */
  readonly failed: number;
  readonly endings: Readonly<Record<string, number>>;
  /** How late the generator itself was. */
  readonly lateP99Ms: number;
}

/** Images a second that single parts reach with nothing else to do. */
export interface Ceilings {
  /** The session alone, by batch size. */
  readonly engine: Readonly<Record<string, number>>;
  /** The same session fed by the batcher with finished pixels. */
  readonly tensorIn: Readonly<Record<string, number>>;
  /** The decode threads alone, over the images of the run. */
  readonly decode: number;
}

/** The fastest setting with other images. */
export interface ImageKindFigures {
  readonly kind: string;
  readonly connections: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly decodeMs: number;
}

/** One of the original server's two measurements. */
export interface OriginalFigures {
  readonly what: 'classify' | 'null service';
  readonly connections: number;
  readonly requestsPerSecond: number;
  readonly meanMs: number;
  readonly p99Ms: number;
}

/** A file of bench/results that `npm run bench` wrote. */
export interface HttpResult {
  readonly kind: 'http';
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly revision: string;
  readonly model: string;
  readonly provider: string;
  readonly device: string;
  readonly config: { readonly decode?: { readonly decoder?: string } };
  readonly processes: number;
  readonly images: { readonly count: number; readonly meanBytes: number };
  readonly load: {
    readonly seconds: number;
    readonly rounds: number;
    readonly processes: number;
    /** Cores of the generator alone; undefined where it shares those of the server. */
    readonly cores?: string;
    readonly serverCores?: string;
  };
  readonly cases: readonly CaseFigures[];
  readonly ceilings?: Ceilings;
  readonly imageKinds: readonly ImageKindFigures[];
  readonly openLoop: readonly OpenLoopFigures[];
  readonly original: readonly OriginalFigures[];
  readonly nullService: readonly OriginalFigures[];
}
