import type { RoundFigures } from './run-round.js';

/** What an overloaded server must keep. */
const LEAST_RATIO = 0.9;
const MOST_REFUSED_P99_MS = 50;
const LEAST_AFTER = 0.995;
/** If the generator is this late or waits for a core for so long, its figures are its own and not the server's. */
const LEAST_SENT_SHARE = 0.95;
const MOST_CORE_WAIT = 0.25;

/** The figures of one load that are looked at. */
export interface Outcome {
  readonly peak: number;
  readonly offered: number;
  readonly goodput: number;
  /** Goodput as a share of the peak, without the cores that the clients took from the server. */
  readonly ratio: number;
  readonly answeredP99Ms: number;
  /** NaN if nothing was refused. */
  readonly refusedP99Ms: number;
  /** Share of the requests that were answered in time, from two seconds after the overload on. */
  readonly after: number;
  /** What does not hold, in words. */
  readonly faults: readonly string[];
  /** Whether the clients had the cores that they needed. */
  readonly isValid: boolean;
}

export function outcomeOf(round: RoundFigures, timeoutMs: number, cores: number): Outcome {
  const { peak, overload, after, booksOff } = round;
  const left = (cores - overload.cores) / (cores - peak.cores);
  const ratio = overload.goodput / (peak.goodput * Math.min(1, left));
  const { answeredP99Ms, refusedP99Ms, malformedRefusals } = overload;
  const afterShare = (after.endings['200'] ?? 0) / after.sent;
  const faults = [
    ...(ratio >= LEAST_RATIO ? [] : ['goodput']),
    ...(answeredP99Ms <= timeoutMs ? [] : ['answered late']),
    ...(refusedP99Ms > MOST_REFUSED_P99_MS ? ['refused late'] : []),
    ...(malformedRefusals === 0 ? [] : ['malformed refusals']),
    ...(afterShare >= LEAST_AFTER ? [] : ['no recovery']),
    ...(booksOff === 0 ? [] : ['books']),
  ];
  return {
    peak: peak.goodput,
    offered: overload.requestsPerSecond,
    goodput: overload.goodput,
    ratio,
    answeredP99Ms,
    refusedP99Ms,
    after: afterShare,
    faults,
    isValid: overload.sentShare >= LEAST_SENT_SHARE && overload.coreWait <= MOST_CORE_WAIT,
  };
}
