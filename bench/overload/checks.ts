import { median } from '../tools/quantile.js';
import type { EngineSetup } from './messages.js';
import type { RoundFigures } from './run-round.js';

/** One line of the table: a figure of a round, and its limit, if it has one. */
export interface Check {
  readonly name: string;
  readonly digits: number;
  readonly of: (round: RoundFigures) => number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Allowance for timers, decoding and the transfer. */
const SLACK_MS = 50;

/** The criteria for good load shedding. The limits follow from the bounded queue, also for a run without the bound. */
export function overloadChecks(bounded: EngineSetup): readonly Check[] {
  const { maxQueueDelayMs, maxQueueSize, maxBatchSize, batchMs } = bounded;
  const longestMs = maxQueueDelayMs + (maxQueueSize / maxBatchSize + 1) * batchMs + SLACK_MS;
  return [
    { name: 'peak at 1x, images/s', digits: 0, of: ({ peak }) => peak.goodput },
    { name: 'offered, images/s', digits: 0, of: ({ overload }) => overload.requestsPerSecond },
    { name: 'goodput, images/s', digits: 0, of: ({ overload }) => overload.goodput },
    {
      name: 'goodput / peak, %',
      digits: 1,
      of: ({ peak, overload }) => (100 * overload.goodput) / peak.goodput,
      atLeast: 90,
    },
    { name: 'answered p50, ms', digits: 1, of: ({ overload }) => overload.answeredP50Ms },
    {
      name: 'answered p99, ms',
      digits: 1,
      of: ({ overload }) => overload.answeredP99Ms,
      atMost: longestMs,
    },
    { name: 'refused, share %', digits: 1, of: ({ overload }) => share(overload, '503') },
    {
      name: 'refused p50, ms',
      digits: 2,
      of: ({ overload }) => overload.refusedP50Ms,
      atMost: 5,
    },
    { name: 'refused p99, ms', digits: 1, of: ({ overload }) => overload.refusedP99Ms, atMost: 50 },
    { name: 'refused in server p50, ms', digits: 3, of: (r) => r.server.refusalP50Ms, atMost: 1 },
    { name: 'refused in server p99, ms', digits: 3, of: (r) => r.server.refusalP99Ms },
    {
      name: 'malformed refusals',
      digits: 0,
      of: ({ overload }) => overload.malformedRefusals,
      atMost: 0,
    },
    {
      name: 'neither 200 nor 503, %',
      digits: 2,
      of: ({ overload }) => 100 - share(overload, '200') - share(overload, '503'),
      atMost: 0,
    },
    { name: 'event loop delay p99, ms', digits: 1, of: (r) => r.loopDelayP99Ms, atMost: 50 },
    {
      name: 'RSS growth, MB',
      digits: 1,
      of: ({ server }) => (server.rssPeakBytes - server.rssStartBytes) / 1e6,
      atMost: 100,
    },
    { name: 'item counts off by', digits: 0, of: (r) => r.booksOff, atMost: 0 },
    { name: 'server: event loop used, %', digits: 0, of: (r) => 100 * r.server.loopUtilization },
    { name: 'server: CPU of a refusal, us', digits: 0, of: refusalMicros },
    { name: 'server: waited for a core, %', digits: 1, of: (r) => 100 * r.server.coreWait },
    { name: 'server: new connections', digits: 0, of: (r) => r.server.connections },
  ];
}

/** Checks that the generator is not the limit; otherwise the figures would describe it and not the server. */
export function generatorChecks(): readonly Check[] {
  return [
    {
      name: 'generator: sent / meant, %',
      digits: 1,
      of: ({ overload }) => (100 * overload.requestsPerSecond) / overload.meantPerSecond,
      atLeast: 98,
    },
    {
      name: 'generator: late p99, ms',
      digits: 1,
      of: ({ overload }) => overload.lateP99Ms,
      atMost: 20,
    },
    { name: 'generator: connect p99, ms', digits: 1, of: ({ overload }) => overload.connectP99Ms },
    {
      name: 'generator: event loop used, %',
      digits: 0,
      of: ({ overload }) => 100 * overload.loopUtilization,
      atMost: 80,
    },
    {
      name: 'generator: waited for a core, %',
      digits: 1,
      of: ({ overload }) => 100 * overload.coreWait,
    },
  ];
}

export function medianOf(check: Check, rounds: readonly RoundFigures[]): number {
  return median(rounds.map((round) => check.of(round)));
}

/** A figure without any samples meets no limit. */
export function isMet({ atLeast, atMost }: Check, value: number): boolean {
  if (atLeast !== undefined && !(value >= atLeast)) return false;
  return atMost === undefined || value <= atMost;
}

function share({ endings, sent }: RoundFigures['overload'], status: string): number {
  return (100 * (endings[status] ?? 0)) / sent;
}

/** The CPU time beyond that at the server's own rate, where it did the same work but refused little. */
function refusalMicros({ peak, peakServer, overload, server }: RoundFigures): number {
  const more = (overload.endings['503'] ?? 0) - (peak.endings['503'] ?? 0);
  return ((server.cpuSeconds - peakServer.cpuSeconds) * 1e6) / more;
}
