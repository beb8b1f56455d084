import { table } from '../../src/terminal/table.js';
import { disturbanceLines } from '../tools/disturbance.js';
import { allowedByParts } from './ceilings.js';
import { counted } from './counted.js';
import type { CaseFigures, HttpResult } from './figures.js';

/** The original server's rates on its own machine, with four GTX Titan X, from the README of gpu-rest-engine. */
export const ORIGINAL = { classify: 1985, 'null service': 34_440 } as const;

const BATCH_1 = 'batch 1';
/** `other`: garbage collection, and threads that libraries start. */
const THREADS = ['main', 'decode', 'gpu-decode', 'lane', 'other'];

/** Milliseconds with at least three significant digits and no needless ones. */
export function ms(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** The case with one image per batch and the same connections and decoder. */
export function batch1Of(
  { connections, decoder }: CaseFigures,
  cases: readonly CaseFigures[],
): CaseFigures | undefined {
  return cases.find(
    (one) => one.setting === BATCH_1 && one.connections === connections && one.decoder === decoder,
  );
}

/** A setting's display name, with its decoder where several are compared. */
export function nameOf(setting: string, decoder: string | undefined): string {
  return decoder === undefined ? setting : `${setting}, ${decoder}`;
}

/** The rate as a multiple of the rate of batch 1 with the same connections; undefined if there is no such case. */
export function gainOverBatch1(
  figures: CaseFigures,
  cases: readonly CaseFigures[],
): number | undefined {
  const one = batch1Of(figures, cases);
  return one && figures.requestsPerSecond / one.requestsPerSecond;
}

/** The decoders that the result covers. */
export function decodersOf({ cases, config }: HttpResult): string[] {
  const configured = config.decode?.decoder ?? 'native';
  return [...new Set(cases.map(({ decoder }) => decoder ?? configured))];
}

/** The fastest case, or undefined if there is none. */
export function best(cases: readonly CaseFigures[]): CaseFigures | undefined {
  return [...cases].sort((a, b) => b.requestsPerSecond - a.requestsPerSecond)[0];
}

export function caseRows(cases: readonly CaseFigures[]): string[][] {
  const head = [
    'setting',
    'conn',
    'req/s',
    'gain',
    'p50 ms',
    'p90 ms',
    'p99 ms',
    'cores',
    'batch',
    'left for',
  ];
  return [
    head,
    ...cases.map((one) => [
      nameOf(one.setting, one.decoder),
      String(one.connections),
      one.requestsPerSecond.toFixed(0),
      `${gainOverBatch1(one, cases)?.toFixed(2) ?? '-'}x`,
      ms(one.p50Ms),
      ms(one.p90Ms),
      ms(one.p99Ms),
      one.serverCores?.toFixed(1) ?? '-',
      one.meanBatchSize.toFixed(1),
      reasonsText(one.reasons),
    ]),
  ];
}

function reasonsText(reasons: CaseFigures['reasons']): string {
  return Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, share]) => `${reason} ${Math.round(share * 100)}%`)
    .join(' ');
}

/** The mean time of a request by stage, from the server's metrics; "other" is the time of the network and the client. */
export function stageRows(cases: readonly CaseFigures[]): string[][] {
  const head = [
    'setting',
    'conn',
    'mean ms',
    'receive',
    'decode',
    'queue',
    'infer',
    'respond',
    'other',
  ];
  return [
    head,
    ...cases.map((one) => {
      const { connections, meanMs, stagesMs } = one;
      const { receive, decode, queue, infer, respond } = stagesMs;
      const known = [receive, decode, queue, infer, respond];
      const rest = meanMs - known.reduce((sum, value) => sum + value, 0);
      return [
        nameOf(one.setting, one.decoder),
        String(connections),
        ms(meanMs),
        ...[...known, rest].map((v) => v.toFixed(2)),
      ];
    }),
  ];
}

/** The processor time of an image by thread, and in all. */
export function threadRows(cases: readonly CaseFigures[]): string[][] {
  const kinds = THREADS.filter((kind) => cases.some(({ threadMs = {} }) => threadMs[kind]));
  const known = cases.filter(({ threadMs = {} }) => Object.keys(threadMs).length > 0);
  return [
    ['setting', 'conn', ...kinds, 'all'],
    ...known.map(({ setting, decoder, connections, threadMs = {} }) => [
      nameOf(setting, decoder),
      String(connections),
      ...kinds.map((kind) => (threadMs[kind] ?? 0).toFixed(3)),
      Object.values(threadMs)
        .reduce((sum, ms) => sum + ms, 0)
        .toFixed(3),
    ]),
  ];
}

export function openLoopRows({ openLoop }: HttpResult): string[][] {
  const head = [
    'setting',
    'of capacity',
    'req/s',
    'p50 ms',
    'p99 ms',
    'failed',
    'generator late p99 ms',
  ];
  return [
    head,
    ...openLoop.map((one) => [
      one.setting,
      `${Math.round(one.shareOfCapacity * 100)} %`,
      one.requestsPerSecond.toFixed(0),
      ms(one.p50Ms),
      ms(one.p99Ms),
      String(one.failed),
      ms(one.lateP99Ms),
    ]),
  ];
}

export function imageKindRows({ imageKinds }: HttpResult): string[][] {
  const head = ['images', 'conn', 'req/s', 'p50 ms', 'p99 ms', 'decode, mean ms'];
  return [
    head,
    ...imageKinds.map((one) => [
      one.kind,
      String(one.connections),
      one.requestsPerSecond.toFixed(0),
      ms(one.p50Ms),
      ms(one.p99Ms),
      ms(one.decodeMs),
    ]),
  ];
}

export function originalRows({ original, nullService }: HttpResult): string[][] {
  const head = ['measurement', 'conn', 'req/s', 'mean ms', 'p99 ms', 'original, on other hardware'];
  const row = (one: HttpResult['original'][number]) => [
    one.what,
    String(one.connections),
    one.requestsPerSecond.toFixed(0),
    ms(one.meanMs),
    ms(one.p99Ms),
    one.connections === 8 ? String(ORIGINAL[one.what]) : '-',
  ];
  return [head, ...original.map(row), ...nullService.map(row)];
}

/** The three ceilings, and the served rate as a share of the rate that they allow. */
export function ceilingLines(result: HttpResult): string[] {
  const { ceilings, provider, machine, cases } = result;
  const fastest = best(cases);
  if (!ceilings || !fastest) return [];
  const text = (rates: Readonly<Record<string, number>>) =>
    Object.entries(rates)
      .map(([batch, rate]) => `${rate.toFixed(0)} at batch ${batch}`)
      .join(', ');
  // A generator with its own cores takes none from the server.
  const left = result.load.cores === undefined ? 1 - fastest.loadCores / machine.cores : 1;
  const allowed = allowedByParts(ceilings, provider) * left;
  const how =
    provider === 'cpu'
      ? `decoding and the session share the ${machine.cores} cores, minus the ${((1 - left) * 100).toFixed(0)} % that the generator used`
      : `the lower of decoding and the session, minus the ${((1 - left) * 100).toFixed(0)} % of the cores that the generator used`;
  return [
    `engine only   ${text(ceilings.engine)} images/s`,
    `tensor in     ${text(ceilings.tensorIn)} images/s, fed by the batcher`,
    `JPEG in       ${ceilings.decode.toFixed(0)} images/s decoded and resized`,
    `served        ${fastest.requestsPerSecond.toFixed(0)} images/s (${nameOf(fastest.setting, fastest.decoder)}, ${fastest.connections} connections): ${((100 * fastest.requestsPerSecond) / allowed).toFixed(0)} % of the ${allowed.toFixed(0)} that these ceilings allow (${how})`,
  ];
}

/** The whole result as text for a terminal. */
export function report(result: HttpResult): string {
  const { model, provider, device, processes, images, machine, load } = result;
  const where = load.cores === undefined ? 'the same cores' : `its own cores, ${load.cores}`;
  const parts = [
    `${model} on ${provider} (${device}), decoder ${decodersOf(result).join(' and ')}, ${counted(processes, 'serving process')}, ${machine.cores} cores`,
    `${counted(images.count, 'image')} of ${(images.meanBytes / 1000).toFixed(0)} kB on average; load from ${where}; median of ${counted(load.rounds, 'round')} of ${load.seconds} s`,
    ...disturbanceLines(result.disturbance),
    '',
    ...table(caseRows(result.cases)),
    '',
    'Time of a request by stage, mean ms:',
    ...table(stageRows(result.cases)),
  ];
  const threads = threadRows(result.cases);
  if (threads.length > 1) {
    parts.push('', 'Processor time of an image by thread, ms:', ...table(threads));
  }
  if (result.ceilings) parts.push('', ...ceilingLines(result));
  if (result.imageKinds.length > 0) {
    parts.push('', 'The fastest setting with other images:', ...table(imageKindRows(result)));
  }
  if (result.openLoop.length > 0) {
    parts.push('', 'Independent clients, latency from the intended send time:');
    parts.push(...table(openLoopRows(result)));
  }
  if (result.original.length > 0) {
    parts.push('', "The original server's two measurements:", ...table(originalRows(result)));
  }
  return parts.join('\n');
}
