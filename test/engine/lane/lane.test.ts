import type { Worker } from 'node:worker_threads';
import t from 'tap';
import {
  Lane,
  type Model,
  readModelFolder,
  type Scores,
  ScoresNotFiniteError,
} from '../../../src/engine/index.js';
import { faultyClassifier } from '../../helpers/faulty-classifier.js';
import { share } from '../../helpers/long.js';
import { writeModelFolder } from '../../helpers/onnx-models.js';

const cpu = ({ graph }: Model) => ({ provider: 'cpu', model: graph, allowCpuNodes: true }) as const;

const BATCHES = share(10_000);
const MAX_BATCH_SIZE = 8;
const KNOWN_IMAGES = 50;

/** A generator of numbers from 0 to 1 that a seed repeats (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

function scoresOf(output: Scores | ScoresNotFiniteError | undefined): Scores {
  if (output === undefined || output instanceof Error) throw new Error(`no scores: ${output}`);
  return output;
}

/** Confidence of each class. */
function byClass({ confidence, labelIndex }: Scores): Map<number, number> {
  return new Map([...labelIndex].map((label, i) => [label, Number(confidence[i])]));
}

/** Largest difference of a class's confidence. */
function difference(a: Map<number, number>, b: Map<number, number>): number {
  return Math.max(
    ...[...a].map(([label, confidence]) => Math.abs(confidence - Number(b.get(label)))),
  );
}

t.test('a lane says how far its measuring is, and measures nothing that is known', async (t) => {
  const model = await readModelFolder('models/demo');
  const sizes = { maxBatchSize: 2, allowedBatchSizes: [] };
  const shares: number[] = [];
  const measuring = (share: number) => void shares.push(share);
  const lane = await Lane.open(model, cpu(model), sizes, undefined, measuring);
  await lane.close();
  t.equal(shares.at(-1), 1);
  const told = shares.length;
  const second = await Lane.open(model, cpu(model), sizes, lane.curve, measuring);
  await second.close();
  t.equal(shares.length, told);
  t.same(second.curve, lane.curve);
});

t.test('who asks for the scores of all classes gets them, and its mates do not', async (t) => {
  const model = await readModelFolder('models/demo');
  const sizes = { maxBatchSize: 3, allowedBatchSizes: [] };
  const lane = await Lane.open(model, cpu(model), sizes);
  t.teardown(() => lane.close());
  const images = [40, 130, 220].map((value) => new Uint8Array(model.imageBytes).fill(value));
  const [a, b, c] = images as [Uint8Array, Uint8Array, Uint8Array];
  const [first, second, third] = (
    await lane.run([{ pixels: a, allScores: true }, b, { pixels: c, allScores: true }], 3)
  ).map(scoresOf);
  t.equal(second?.all, undefined);
  for (const { confidence, labelIndex, all } of [first, third] as Scores[]) {
    t.equal(all?.length, model.labels.length);
    t.same(
      [...labelIndex].map((label) => all?.[label]),
      [...confidence],
    );
  }
  t.notSame(first?.all, third?.all);
  t.same(scoresOf((await lane.run([c], 1))[0]).labelIndex, third?.labelIndex);
});

t.test(`an answer does not depend on its mates, in ${BATCHES} random batches`, async (t) => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
  t.comment(`SEED=${seed}`);
  const random = randomFrom(seed);
  const model = await readModelFolder('models/demo');
  const lane = await Lane.open(model, cpu(model), {
    maxBatchSize: MAX_BATCH_SIZE,
    allowedBatchSizes: [],
  });
  t.teardown(() => lane.close());
  const images = Array.from({ length: KNOWN_IMAGES }, () => {
    // A coarse pattern: what the model says of it is different each time.
    const coarse = Array.from({ length: 27 }, () => random() * 256);
    const { width } = model.manifest.input;
    return new Uint8Array(model.imageBytes).map((_, i) => {
      const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      return Number(coarse[(Math.floor(x / 32) * 3 + Math.floor(y / 32)) * 3 + (i % 3)]);
    });
  });
  const alone: Map<number, number>[] = [];
  for (const image of images) alone.push(byClass(scoresOf((await lane.run([image], 1))[0])));
  const first = alone[0] as Map<number, number>;
  const alike = alone.filter((other) => difference(first, other) <= 1e-4);
  t.ok(alike.length < KNOWN_IMAGES / 2, `${alike.length} images that a mix-up would not show`);
  const seen = new Set<string>();
  let worst = 0;
  for (let batch = 0; batch < BATCHES; batch++) {
    const size = 1 + Math.floor(random() * MAX_BATCH_SIZE);
    const padding = Math.floor(random() * (MAX_BATCH_SIZE + 1 - size));
    const picked = Array.from({ length: size }, () => Math.floor(random() * KNOWN_IMAGES));
    const outputs = await lane.run(
      picked.map((i) => images[i] as Uint8Array),
      size + padding,
    );
    picked.forEach((known, position) => {
      seen.add(`${position} of ${size}`);
      const answer = byClass(scoresOf(outputs[position]));
      worst = Math.max(worst, difference(answer, alone[known] as Map<number, number>));
    });
  }
  t.equal(seen.size, (MAX_BATCH_SIZE * (MAX_BATCH_SIZE + 1)) / 2, 'every position of every size');
  t.ok(worst <= 1e-4, `largest difference ${worst}`);
});

t.test('the curve has a time for each power of two, or for each allowed size', async (t) => {
  const model = await readModelFolder('models/demo');
  for (const [allowedBatchSizes, sizes] of [
    [[], [1, 2, 4, 5]],
    [
      [2, 5],
      [2, 5],
    ],
  ] as const) {
    const lane = await Lane.open(model, cpu(model), { maxBatchSize: 5, allowedBatchSizes });
    t.same(
      lane.curve.map(({ batchSize }) => batchSize),
      sizes,
    );
    t.ok(lane.curve.every(({ ms }) => ms > 0));
    await lane.close();
  }
});

t.test('a lane survives bad images, and takes larger batches than it was opened for', async (t) => {
  const folder = t.testdir();
  writeModelFolder(folder, { onnx: faultyClassifier() });
  const model = await readModelFolder(folder);
  const lane = await Lane.open(model, cpu(model), { maxBatchSize: 2, allowedBatchSizes: [] });
  t.teardown(() => lane.close());
  const solid = (r: number, g: number, b: number) =>
    new Uint8Array(model.imageBytes).map((_, i) => [r, g, b][i % 3] as number);
  const [red, white, black] = [solid(255, 0, 0), solid(255, 255, 255), solid(0, 0, 0)];
  await t.rejects(lane.run([red, white], 2), /Gather/);
  await lane.warmUp();
  const outputs = await lane.run([red, black, red, red], 5);
  t.equal(outputs.length, 4);
  t.ok(outputs[1] instanceof ScoresNotFiniteError);
  for (const i of [0, 2, 3]) t.equal(scoresOf(outputs[i]).labelIndex[0], 0);
});

t.test('a lane whose thread dies says so, and runs nothing more', async (t) => {
  const model = await readModelFolder('models/demo');
  const workers: Worker[] = [];
  process.once('worker', (worker) => workers.push(worker));
  const lane = await Lane.open(model, cpu(model), { maxBatchSize: 1, allowedBatchSizes: [] }, []);
  const image = new Uint8Array(model.imageBytes);
  t.equal((await lane.run([image], 1)).length, 1);
  void workers[0]?.terminate();
  t.match(await lane.ended, { message: 'the lane thread ended with code 1' });
  await t.rejects(lane.run([image], 1), { name: 'ThreadEndedError' });
  await t.rejects(lane.warmUp(), { name: 'ThreadEndedError' });
  await lane.close();
});

t.test('a session that cannot be opened refuses the lane, with the runtime’s words', async (t) => {
  const model = await readModelFolder('models/demo');
  const source = { provider: 'cpu', model: Uint8Array.of(1, 2, 3), allowCpuNodes: true } as const;
  await t.rejects(Lane.open(model, source, { maxBatchSize: 1, allowedBatchSizes: [] }), {
    name: 'ThreadRefusedError',
    message: /protobuf/i,
  });
});
