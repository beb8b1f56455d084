import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type CurvePoint, LatencyCurve, type Millis } from '../../batcher/index.js';
import { CURVES_FOLDER } from '../../engine/index.js';
import { issueText } from '../../issue-text.js';
import { ToolError } from '../tool-error.js';
import { drawnTimes, fixedTimes, type LaneTimes, type MeasuredRuns } from './lane-times.js';

/** A latency curve from a file, and the lane times that follow from it. */
export interface ReadCurve {
  readonly file: string;
  readonly provider: string;
  readonly device: string;
  /** The curve; if the file has single runs, that of the mean run. */
  readonly curve: LatencyCurve;
  readonly laneTimes: LaneTimes;
  /** Whether the file has single runs, from which the times of batches are drawn. */
  readonly hasRuns: boolean;
}

const ms = z.number().positive();
const record = z.object({
  provider: z.string().default('unknown'),
  device: z.string().default('unknown'),
  curve: z
    .array(z.object({ batchSize: z.int().min(1), ms, runsMs: z.array(ms).min(1).optional() }))
    .min(1)
    .refine(
      (points) =>
        points.every(({ batchSize }, i) => i === 0 || batchSize > Number(points[i - 1]?.batchSize)),
      {
        message: 'batch sizes must be in ascending order',
      },
    ),
});

const HOW_TO_GET_ONE =
  'Measure one on the hardware that you plan for: npm run tune:measure -- --model DIR saves it in DIR/latency-curves';

/**
 * Reads a curve that was saved beside a model. `path` is the file or the model's folder.
 *
 * @throws {ToolError} one sentence
 */
export function readCurve(path: string): ReadCurve {
  const file = isFolder(path) ? keptCurve(path) : path;
  const { provider, device, curve: points } = parse(file);
  const runs = points.flatMap(({ batchSize, runsMs }) =>
    runsMs ? [{ batchSize, runsMs: runsMs.toSorted((a: Millis, b: Millis) => a - b) }] : [],
  );
  const hasRuns = runs.length === points.length;
  const curve = new LatencyCurve(hasRuns ? runs.map(meanRun) : points);
  const laneTimes = hasRuns ? drawnTimes(runs) : fixedTimes(curve);
  return { file, provider, device, curve, laneTimes, hasRuns };
}

function meanRun({ batchSize, runsMs }: MeasuredRuns): CurvePoint {
  return { batchSize, ms: runsMs.reduce((sum, ms) => sum + ms, 0) / runsMs.length };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The only curve in the folder, because guessing the planned hardware would be wrong; measured runs are preferred. */
function keptCurve(modelFolder: string): string {
  const folder = join(modelFolder, CURVES_FOLDER);
  const all = isFolder(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const runs = all.filter((name) => name.endsWith('-runs.json'));
  const files = runs.length > 0 ? runs : all;
  const [only] = files;
  if (only === undefined)
    throw new ToolError(`${modelFolder} has no latency curve. ${HOW_TO_GET_ONE}.`);
  if (files.length > 1) {
    const list = files
      .sort()
      .map((name) => `  --curve ${join(folder, name)}`)
      .join('\n');
    throw new ToolError(`${modelFolder} has ${files.length} latency curves; name one:\n${list}`);
  }
  return join(folder, only);
}

function parse(file: string): z.infer<typeof record> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ToolError(`${file} is not JSON.`);
    throw new ToolError(`${file} cannot be read. ${HOW_TO_GET_ONE}.`);
  }
  const parsed = record.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ToolError(
    `${file} is not a latency curve: ${issue && issueText(issue)}. ${HOW_TO_GET_ONE}.`,
  );
}
