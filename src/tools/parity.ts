import { join } from 'node:path';
import PQueue from 'p-queue';
import { readModelFolder } from '../engine/index.js';
import { messageOf } from '../message-of.js';
import { compareAnswer, type Difference } from './parity/compare-answer.js';
import { postImage } from './parity/post-image.js';
import { readReference } from './parity/read-reference.js';
import { readFlags, UsageError } from './read-flags.js';
import { runTool } from './run-tool.js';

// Operator command: posts images to a running server and compares its answers with probabilities that the model's own
// framework has computed. docs/models.md shows the Python that writes them.

const USAGE = `Usage: npm run parity -- --model DIR --images DIR --reference FILE [--url URL] [--tolerance T]

  --model DIR        the folder of a model that the server serves
  --images DIR       folder of the images that the reference names
  --reference FILE   JSON object: the probabilities of all classes by file name
  --url URL          the server (default http://127.0.0.1:8000)
  --tolerance T      largest difference of a probability that passes (default 0.005)
`;
const CONCURRENCY = 8;

interface Row extends Partial<Difference> {
  readonly name: string;
  /** Why there is no answer. */
  readonly failure?: string;
}

async function main(): Promise<void> {
  const { values } = readFlags(USAGE, {
    options: {
      model: { type: 'string' },
      images: { type: 'string' },
      reference: { type: 'string' },
      url: { type: 'string', default: 'http://127.0.0.1:8000' },
      tolerance: { type: 'string', default: '0.005' },
    },
  });
  const { model: folder, images, reference: file, url, tolerance } = values;
  if (folder === undefined || images === undefined || file === undefined)
    throw new UsageError(USAGE);
  const { manifest, labels } = await readModelFolder(folder);
  const reference = readReference(file, labels.length);
  const queue = new PQueue({ concurrency: CONCURRENCY });
  const compare = async ([name, probabilities]: [string, number[]]): Promise<Row> => {
    try {
      const predictions = await postImage(url, manifest.name, join(images, name));
      return { name, ...compareAnswer(predictions, probabilities, labels) };
    } catch (error) {
      return { name, failure: messageOf(error) };
    }
  };
  const rows = await queue.addAll([...reference].map((one) => () => compare(one)));
  print(rows, Number(tolerance));
}

function print(rows: readonly Row[], tolerance: number): void {
  const failed = rows.filter(({ failure }) => failure !== undefined);
  const changed = rows.filter(({ isFirstSame }) => isFirstSame === false);
  const far = rows.filter(({ largest = 0 }) => largest > tolerance);
  const largest = rows.map((row) => row.largest ?? 0);
  const mean = largest.reduce((sum, value) => sum + value, 0) / (rows.length - failed.length);
  for (const { name, failure } of failed) console.log(`${name}: ${failure}`);
  for (const { name } of changed) console.log(`${name}: another first class`);
  for (const row of far)
    console.log(`${row.name}: a probability differs by ${row.largest?.toFixed(4)}`);
  console.log(`images                  ${rows.length}`);
  console.log(`without an answer       ${failed.length}`);
  console.log(`another first class     ${changed.length}`);
  console.log(`largest difference      ${Math.max(0, ...largest).toFixed(4)}`);
  console.log(`mean of each's largest  ${mean.toFixed(4)}`);
  process.exitCode = failed.length + changed.length + far.length === 0 ? 0 : 1;
}

await runTool(main, [Error]);
