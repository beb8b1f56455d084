import { readdirSync } from 'node:fs';
import { readResult } from '../tools/write-result.js';
import { conclusions } from './conclusions.js';
import { counted } from './counted.js';
import type { CaseFigures, HttpResult } from './figures.js';
import {
  batch1Of,
  best,
  caseRows,
  ceilingLines,
  gainOverBatch1,
  imageKindRows,
  ms,
  openLoopRows,
  originalRows,
  stageRows,
} from './report.js';

const FOLDER = 'bench/results';

/** docs/benchmarks.md, out of the results that `npm run bench` kept. */
export function benchmarksPage(): string {
  const files = readdirSync(FOLDER).filter((name) => /^http-.*\.json$/.test(name));
  const stems = files.map((file) => file.slice(0, -'.json'.length));
  const results = stems.map((stem) => readResult<HttpResult>(`${FOLDER}/${stem}.json`));
  return `# Benchmarks

Written by \`npm run docs\` from \`bench/results/http-*.json\`. Do not edit. Each file is what one \`npm run bench\` kept.

${INTRODUCTION}
## In short

The fastest setting of each run, beside one image a batch with as many connections. On a CPU a batch
gains what the session itself gains by it (*engine only* below), which is little beside a GPU: there it is what the card is for.

${markdown(shortRows(results))}

${stems.map((stem, i) => section(stem, results[i] as HttpResult)).join('\n')}`;
}

function shortRows(results: readonly HttpResult[]): string[][] {
  const head = [
    'run',
    'images',
    'processes',
    'conn',
    'req/s',
    'gain',
    'p99 ms',
    'p99 ms of batch 1',
  ];
  return [
    head,
    ...results.flatMap((result) => {
      const decoders = new Set(result.cases.map(({ decoder }) => decoder));
      return [...decoders].map((decoder) => shortRow(result, decoder));
    }),
  ];
}

function shortRow(result: HttpResult, decoder: string | undefined): string[] {
  const fastest = best(result.cases.filter((one) => one.decoder === decoder)) as CaseFigures;
  const one = batch1Of(fastest, result.cases);
  const size = `${(result.images.meanBytes / 1000).toFixed(0)} kB`;
  const title = titleOf(result);
  return [
    decoder === undefined ? title : `${title}, decoder ${decoder}`,
    size,
    String(result.processes),
    String(fastest.connections),
    fastest.requestsPerSecond.toFixed(0),
    `${gainOverBatch1(fastest, result.cases)?.toFixed(2)}x`,
    ms(fastest.p99Ms),
    one ? ms(one.p99Ms) : '-',
  ];
}

function titleOf({ model, provider, device, config }: HttpResult): string {
  const on = device === 'cpu' ? '' : ` on ${device}`;
  const decoder = config.decode?.decoder ?? 'native';
  return `${model}, ${provider}${on}${decoder === 'native' ? '' : `, decoder ${decoder}`}`;
}

const INTRODUCTION = `A row is the median of several rounds, each with a fresh server, in alternating order. Before a figure counts every image
is posted and its answer compared; one request that is not answered 200 voids the run. *Gain* is over one image a batch with
as many connections. *Cores* are those that the server kept busy; in the results of 2026-11-23 over a time that includes the
generator's start, so they are a little low. *Left for* says why batches left. The closed loop's clients wait for their answers,
so they slow down with the server; the independent clients do not, and their latency runs from when a request was meant to leave.

More of decoders, processes and the use of the card: [decoding.md](decoding.md).

To check with other generators, start the server and run, for the null service and for the 16 kB image:

\`\`\`
hey -c 8 -n 20000 http://127.0.0.1:8000/benchmark
hey -c 64 -n 20000 -m POST -D images/2.jpg http://127.0.0.1:8000/api/classify
wrk -t 1 -c 8 -d 10 http://127.0.0.1:8000/benchmark
\`\`\`
`;

function section(stem: string, result: HttpResult): string {
  const { machine, versions, load, images, processes } = result;
  const generator =
    load.cores === undefined
      ? `${counted(load.processes, 'generator process')} on the same cores`
      : `${counted(load.processes, 'generator process')} on cores ${load.cores}, the server on ${load.serverCores}`;
  const parts = [
    `## ${titleOf(result)}`,
    `${machine.cpu}, ${machine.cores} cores; ${counted(processes, 'serving process')}; ${generator}; Node ${versions['node']}, ONNX Runtime ${versions['onnxruntime']}; revision ${result.revision}, ${result.date.slice(0, 10)}. ${counted(images.count, 'image')} of ${(images.meanBytes / 1000).toFixed(0)} kB on average; ${counted(load.rounds, 'round')} of ${load.seconds} s. [Raw rounds](../${FOLDER}/${stem}.json).`,
    conclusions(result)
      .map((line) => `- ${line}`)
      .join('\n'),
    markdown(caseRows(result.cases)),
    `![p99 latency against throughput](../${FOLDER}/${stem}.svg)`,
    `Where the time of a request goes, mean ms:`,
    markdown(stageRows(result.cases)),
  ];
  if (result.ceilings)
    parts.push(
      ceilingLines(result)
        .map((line) => `- ${line}`)
        .join('\n'),
    );
  if (result.imageKinds.length > 0) parts.push(markdown(imageKindRows(result)));
  if (result.openLoop.length > 0) {
    parts.push('Independent clients:', markdown(openLoopRows(result)));
  }
  if (result.original.length > 0) {
    parts.push(
      "The original server's two measurements, and the null service with more connections. The original's figures are from its README, on four GTX Titan X:",
      markdown(originalRows(result)),
    );
  }
  return `${parts.join('\n\n')}\n`;
}

function markdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...body.map(line)].join('\n');
}
