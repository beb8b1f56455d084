import t from 'tap';
import type { Lane, Scores } from '../../../src/engine/index.js';
import { compareLanes } from '../../../src/engine/proof/compare-lanes.js';
import { seededImages } from '../../../src/engine/proof/seeded-images.js';

/** A lane whose answer to an image is looked up by its first byte; it notes the sizes of its batches. */
function fakeLane(answers: readonly (readonly [label: number, confidence: number][])[]) {
  const batches: [size: number, padded: number][] = [];
  const lane = {
    async run(images: readonly Uint8Array[], paddedSize: number): Promise<Scores[]> {
      batches.push([images.length, paddedSize]);
      return images.map((image) => {
        const answer = answers[Number(image[0])] ?? [];
        return {
          labelIndex: Int32Array.from(answer, ([label]) => label),
          confidence: Float32Array.from(answer, ([, confidence]) => confidence),
        };
      });
    },
  };
  return { lane: lane as unknown as Lane, batches };
}

const IMAGES = [0, 1, 2].map((first) => Uint8Array.of(first));
const REFERENCE: [number, number][][] = [
  [
    [0, 0.75],
    [1, 0.25],
  ],
  [
    [1, 0.51],
    [0, 0.49],
  ],
  [
    [2, 1],
    [0, 0],
  ],
];

t.test('a lane agrees with itself', async (t) => {
  const { lane } = fakeLane(REFERENCE);
  t.same(await compareLanes(lane, lane, IMAGES, 2), {
    images: 3,
    largestDifference: 0,
    meanDifference: 0,
    top1Differs: 0,
    sureImages: 2,
    sureTop1Differs: 0,
  });
});

t.test('differences are counted, and apart where the reference was sure', async (t) => {
  const { lane: reference } = fakeLane(REFERENCE);
  const { lane: other } = fakeLane([
    [
      [1, 0.625],
      [0, 0.375],
    ],
    [
      [0, 0.5],
      [1, 0.5],
    ],
    [
      [2, 1],
      [1, 0],
    ],
  ]);
  const found = await compareLanes(reference, other, IMAGES, 2);
  t.match(found, { images: 3, top1Differs: 2, sureImages: 2, sureTop1Differs: 1 });
  t.ok(Math.abs(found.largestDifference - 0.375) < 1e-6);
  t.ok(Math.abs(found.meanDifference - (0.375 + 0.375 + 0.01 + 0.01 + 0 + 0) / 6) < 1e-6);
});

t.test('the reference runs one by one, the other in padded batches', async (t) => {
  const [reference, other] = [fakeLane(REFERENCE), fakeLane(REFERENCE)];
  await compareLanes(reference.lane, other.lane, IMAGES, 2, 8);
  t.same(reference.batches, [
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
  t.same(other.batches, [
    [2, 8],
    [1, 8],
  ]);
});

t.test('seeded images repeat, and no two are alike', async (t) => {
  const images = seededImages(8, 12, 9);
  t.same(images, seededImages(8, 12, 9));
  t.ok(images.every(({ length }) => length === 12 * 9 * 3));
  t.equal(new Set(images.map((image) => Buffer.from(image).toString('hex'))).size, 8);
  t.notSame(images, seededImages(8, 12, 9, 2));
});
