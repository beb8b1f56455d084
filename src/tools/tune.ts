import { writeFileSync } from 'node:fs';
import { configSchema } from '../server/config/config.js';
import { runTool } from './run-tool.js';
import { ToolError } from './tool-error.js';
import { MOST_GPUS, parseFlags, type TuneFlags } from './tune/parse-flags.js';
import { plotLoad } from './tune/plot-load.js';
import { type ReadCurve, readCurve } from './tune/read-curve.js';
import { leastGpus, type Met, mostLoad, recommend } from './tune/recommend.js';
import { trialTable } from './tune/trial-table.js';
import {
  capacityOf,
  type Plan,
  type Trial,
  trySettings,
  windowsWithin,
} from './tune/try-settings.js';

// npm run tune: plays arrivals through the batcher on virtual time, using only the latency curve of the planned
// hardware, and recommends a window, a batch limit and a number of GPUs for a latency goal.

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

async function tune(flags: TuneFlags): Promise<void> {
  const { goalMs, arrivals, gpus, seed } = flags;
  const read = readCurve(flags.curvePath);
  const { provider, curve, laneTimes } = read;
  const { maxQueueSize, defaultTimeoutMs: timeoutMs } = configSchema.parse({}).batching;
  const plan: Plan = { arrivals, gpus, provider, curve, laneTimes, maxQueueSize, timeoutMs, seed };
  sayPlan(flags, read);
  const windowsMs = windowsWithin(goalMs);
  const trials: Trial[] = [];
  for await (const trial of trySettings(plan, windowsMs)) trials.push(trial);
  const best = recommend(trials, goalMs);
  for (const line of trialTable(trials, goalMs, best)) console.log(line);
  console.log();
  if (best) await sayRecommendation(plan, best, goalMs);
  else await sayNoneMeets(plan, goalMs);
  if (flags.plot !== undefined) {
    const limit = best?.setting.maxBatchSize ?? Number(curve.points.at(-1)?.batchSize);
    write(flags.plot, await plotLoad(plan, limit, windowsMs, goalMs));
  }
}

function sayPlan({ arrivals, arrivalsName, gpus, goalMs }: TuneFlags, read: ReadCurve): void {
  const rate = whole.format(arrivals.perSecond);
  const each = gpus === 1 ? '' : `, ${whole.format(arrivals.perSecond / gpus)} each`;
  const most = Number(read.curve.points.at(-1)?.batchSize);
  console.log(`arrivals  ${arrivalsName}: ${rate} images/s to ${deviceCount(gpus, read)}${each}`);
  if (gpus > 1) {
    const how = arrivals.isEndless
      ? 'one serving process is simulated, because each gets an equal random share of these arrivals'
      : `each arrival goes to the serving process of one ${deviceName(read)} at random`;
    console.log(`          ${how}`);
  }
  console.log(`lane      ${read.provider} on ${read.device}, from ${read.file}`);
  console.log(
    `          ${read.hasRuns ? 'each batch takes the time of a measured run' : 'each batch takes the time on the curve, without the way to the lane; npm run tune:measure includes it'}`,
  );
  console.log(
    `          carries at most ${whole.format(capacityOf(read.curve, most, gpus))} images/s`,
  );
  console.log(
    `goal      p99 of queue + infer within ${goalMs} ms, not counting decoding and HTTP\n`,
  );
}

async function sayRecommendation(plan: Plan, best: Met, goalMs: number): Promise<void> {
  const { setting, figures } = best;
  console.log(
    `Recommended, with a p99 of ${figures.p99Ms.toFixed(1)} ms; add to the configuration:\n`,
  );
  const { maxBatchSize, maxQueueDelayMs } = setting;
  console.log(
    `  "batching": { "maxBatchSize": ${maxBatchSize}, "maxQueueDelayMs": ${maxQueueDelayMs} }\n`,
  );
  const load = await mostLoad(plan, setting, goalMs);
  console.log(`It meets the goal up to about ${whole.format(load)} images/s.`);
  if (plan.gpus === 1) return;
  const least = await leastGpus(plan, goalMs, 1, plan.gpus);
  if (least === plan.gpus) console.log(`Fewer ${deviceName(plan)}s would not meet it.`);
  else if (least !== undefined) console.log(`${deviceCount(least, plan)} would be enough.`);
}

async function sayNoneMeets(plan: Plan, goalMs: number): Promise<void> {
  process.exitCode = 1;
  console.log(`No setting keeps p99 within ${goalMs} ms with ${deviceCount(plan.gpus, plan)}.`);
  const oneMs = plan.curve.msOf(1);
  if (oneMs > goalMs) {
    console.log(
      `No number of ${deviceName(plan)}s would: a single image already takes ${oneMs.toFixed(1)} ms. Choose a faster device, provider or model.`,
    );
    return;
  }
  const least =
    plan.gpus < MOST_GPUS ? await leastGpus(plan, goalMs, plan.gpus + 1, MOST_GPUS) : undefined;
  console.log(
    least === undefined
      ? `Even ${deviceCount(MOST_GPUS, plan)} would not.`
      : `${deviceCount(least, plan)} would: try --gpus ${least}.`,
  );
}

/** On the CPU provider a device is a whole machine, of which --gpus counts as many. */
function deviceName({ provider }: { readonly provider: string }): string {
  return provider === 'cpu' ? 'machine' : 'GPU';
}

function deviceCount(count: number, of: { readonly provider: string }): string {
  return `${count} ${deviceName(of)}${count === 1 ? '' : 's'}`;
}

function write(file: string, svg: string): void {
  try {
    writeFileSync(file, svg);
  } catch {
    throw new ToolError(`${file} cannot be written.`);
  }
  console.log(`\nPlot of p99 against load: ${file}`);
}

await runTool(() => tune(parseFlags(process.argv.slice(2))));
