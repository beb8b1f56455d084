import { median } from '../tools/quantile.js';
import type { RoundFigures, StageMeans } from './figures.js';

/** The median of each figure over the rounds; the reasons are those of the round with the median rate. */
export function medianOf(rounds: readonly RoundFigures[]): RoundFigures {
  const of = (figure: (round: RoundFigures) => number) => median(rounds.map(figure));
  const stage = (name: keyof StageMeans) => of(({ stagesMs }) => stagesMs[name]);
  const requestsPerSecond = of((round) => round.requestsPerSecond);
  const middle = rounds.find((round) => round.requestsPerSecond === requestsPerSecond);
  const threads = [...new Set(rounds.flatMap(({ threadMs = {} }) => Object.keys(threadMs)))];
  return {
    requestsPerSecond,
    p50Ms: of(({ p50Ms }) => p50Ms),
    p90Ms: of(({ p90Ms }) => p90Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    meanMs: of(({ meanMs }) => meanMs),
    loadCores: of(({ loadCores }) => loadCores),
    serverCores: of(({ serverCores }) => serverCores),
    threadMs: Object.fromEntries(
      threads.map((kind) => [kind, of(({ threadMs }) => threadMs?.[kind] ?? 0)]),
    ),
    meanBatchSize: of(({ meanBatchSize }) => meanBatchSize),
    reasons: middle?.reasons ?? {},
    stagesMs: {
      receive: stage('receive'),
      decode: stage('decode'),
      queue: stage('queue'),
      infer: stage('infer'),
      respond: stage('respond'),
    },
  };
}
