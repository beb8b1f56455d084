import { setTimeout as sleep } from 'node:timers/promises';
import { ProgressBar } from '../src/terminal/progress-bar.js';
import { startBusyPrograms } from './chaos/busy-programs.js';
import { Evidence } from './chaos/evidence.js';
import { freeServerPort } from './chaos/free-port.js';
import { Ledger } from './chaos/ledger.js';
import { type Options, readOptions, USAGE } from './chaos/options.js';
import type { DisturbanceKind } from './chaos/plan.js';
import { Program } from './chaos/program.js';
import { References } from './chaos/references.js';
import { type ChaosResult, memoryFigures, reportText } from './chaos/report.js';
import { HANG_TIMEOUT_MS, type LifeFigures, type Run, runLife } from './chaos/run-life.js';
import { Verdict } from './chaos/verdict.js';
import { quantile } from './tools/quantile.js';
import { writeResult } from './tools/write-result.js';

// Drives and disturbs the real server with choices that a seed repeats, and checks throughout that it keeps its promises.

/** All have different answers. The last two are large. */
const IMAGES = [9, 7, 10, 1, 12, 2, 13, 11, 6, 5, 4, 3, 8].map((number) => `images/${number}.jpg`);

/** The answers that each image gets alone from a server that nothing disturbs. */
async function takeReferences(port: number, evidence: Evidence): Promise<References> {
  let isReady = false;
  const said: string[] = [];
  const program = new Program({
    ...{ port, processes: 1, stdout: 'read', evidence, hangTimeoutMs: HANG_TIMEOUT_MS },
    said(line) {
      said.push(line);
      isReady ||= line.includes('  ready  ');
    },
  });
  let hasEnded = false;
  void program.exited.then(() => {
    hasEnded = true;
  });
  try {
    while (!isReady && !hasEnded) await sleep(20);
    if (hasEnded) throw new Error(`the server did not start:\n${said.join('\n')}`);
    return await References.take(port, IMAGES);
  } finally {
    program.signal('SIGTERM');
    await program.exited;
  }
}

async function run(options: Options, evidence: Evidence, verdict: Verdict): Promise<ChaosResult> {
  const { minutes, seed, processes, busyPrograms } = options;
  const port = await freeServerPort();
  const references = await takeReferences(port, evidence);
  const ledger = new Ledger(verdict, references);
  const disturbances = new Map<DisturbanceKind, number>();
  const goodAnswers: number[] = [];
  const startedMs = performance.now();
  const elapsedMs = () => performance.now() - startedMs;
  let rounds = 0;
  const shared: Run = {
    ...{ seed, processes, port, references, ledger, verdict, evidence, disturbances, goodAnswers },
    begins: () => rounds++,
    isOver: () => elapsedMs() > minutes * 60_000,
  };
  const bar = new ProgressBar(`seed ${seed}`, process.stderr);
  const drawing = setInterval(
    () => bar.update(Math.min(1, elapsedMs() / (minutes * 60_000)), `${rounds} rounds`),
    500,
  );
  const endBusyPrograms = startBusyPrograms(busyPrograms);
  const lives: LifeFigures[] = [];
  try {
    do lives.push(await runLife(shared, lives.length));
    while (!shared.isOver() && !verdict.signal.aborted);
  } finally {
    endBusyPrograms();
    clearInterval(drawing);
    bar.end();
  }
  const replacedMs = lives.flatMap((life) => life.replacedMs);
  const flatness = lives.flatMap((life) => life.flatness);
  const longest = (['supervisor', 'serving'] as const).flatMap((role) =>
    flatness
      .filter((one) => one.role === role && one.megabytes.length > 0)
      .sort((a, b) => b.megabytes.length - a.megabytes.length)
      .slice(0, 1),
  );
  const fromMap = <V>(map: ReadonlyMap<string, V>) => Object.fromEntries(map);
  return {
    ...{ seed, processes, busyPrograms, rounds },
    seconds: elapsedMs() / 1000,
    lives: lives.length,
    requests: fromMap(new Map([...ledger.endings].map(([kind, ends]) => [kind, fromMap(ends)]))),
    resultsCompared: ledger.resultsCompared,
    disturbances: fromMap(disturbances),
    processesReplaced: replacedMs.length,
    replacedMs:
      replacedMs.length > 0
        ? { median: quantile(replacedMs, 0.5), longest: Math.max(...replacedMs) }
        : undefined,
    goodAnswers:
      goodAnswers.length > 0
        ? { median: quantile(goodAnswers, 0.5), fewest: Math.min(...goodAnswers) }
        : undefined,
    memory: longest.map(memoryFigures),
    checked: verdict.checked,
    broken: verdict.broken,
  };
}

async function main(options: Options): Promise<void> {
  const evidence = new Evidence(options.keep);
  const verdict = new Verdict(evidence);
  let hasResult = false;
  try {
    const result = await run(options, evidence, verdict);
    hasResult = result.broken === undefined;
    console.log(reportText(result));
    if (options.json !== undefined) await writeResult(options.json, result);
  } finally {
    if (!hasResult) {
      process.exitCode = 1;
      console.log(`\nThe evidence is in ${evidence.folder}. To repeat: --seed ${options.seed}`);
    }
    await evidence.close(!hasResult);
  }
}

const options = readOptions(process.argv.slice(2));
if (options === undefined) console.log(USAGE);
else if (typeof options === 'string') {
  console.error(`${options}\n\n${USAGE}`);
  process.exitCode = 1;
} else if (process.platform !== 'linux') {
  console.error('npm run chaos needs Linux: it finds the processes of the server in /proc.');
  process.exitCode = 1;
} else {
  // What this program has started ends with it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  await main(options);
}
