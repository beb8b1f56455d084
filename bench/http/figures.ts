import type { Disturbance } from '../tools/disturbance.js';
import type { Machine } from '../tools/write-result.js';
import type { ThreadTimes } from './thread-times.js';

/** The configuration of a server for one measurement. */
export interface Setting {
  readonly name: string;
  readonly maxBatchSize: number;
  /** The window. */
  readonly maxQueueDelayMs: number;
  /** Set if decoders are compared. */
  readonly decoder?: string;
}

/** What the clients of one closed loop measured. */
export interface ClientFigures {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly meanMs: number;
  /** Number of cores that the generator kept busy. */
  readonly loadCores: number;
}

/** Mean milliseconds of an image in each stage; for receive and respond, of a request. */
export interface StageMeans {
  readonly receive: number;
  readonly decode: number;
  readonly queue: number;
  readonly infer: number;
  readonly respond: number;
}

/** What the server's metrics show for the same time. */
export interface ServerFigures {
  readonly meanBatchSize: number;
  /** Share of the batches that left, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly stagesMs: StageMeans;
  /** Number of cores that all its processes kept busy. Older results do not have it. */
  readonly serverCores: number;
  /** Milliseconds of processor time per image by thread. Older results do not have it. */
  readonly threadMs?: ThreadTimes;
}

export type RoundFigures = ClientFigures & ServerFigures;

/** One setting with one number of connections: the median of its rounds. */
export interface CaseFigures extends RoundFigures {
  readonly setting: string;
  readonly decoder?: string;
  readonly connections: number;
  readonly rounds: readonly RoundFigures[];
}

/** Independent clients at a share of the closed loop's rate; latency runs from the scheduled send time. */
export interface OpenLoopFigures {
  readonly setting: string;
  readonly shareOfCapacity: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Number of requests that were not answered 200. */
  readonly failed: number;
  readonly endings: Readonly<Record<string, number>>;
  /** How late the generator itself was. */
  readonly lateP99Ms: number;
}

/** Images per second that single parts reach when nothing else runs. */
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
  /** Older results do not have it. */
  readonly disturbance?: Disturbance;
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
    /** The generator's own cores; undefined if it shares the server's cores. */
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
