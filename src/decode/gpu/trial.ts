import { decodeImage } from '../cpu/decode-image.js';
import { readImageHeader } from '../header/read-image-header.js';
import { Resampler } from '../resample/resampler.js';
import { TRIAL_JPEG } from './trial-jpeg.js';
import { TRIAL_TEXTURE_JPEG } from './trial-texture-jpeg.js';
import type { UnitDecoder, UnitJob } from './unit-decoder.js';

/** How far pixels differ, in grey levels. */
interface Difference {
  readonly mean: number;
  readonly max: number;
}

interface TrialImage {
  readonly bytes: Buffer;
  /** How far the units' pixels may differ from the native decoder's. */
  readonly allowed: Difference;
}

const IMAGES: readonly TrialImage[] = [
  // Shows wrong colours and places. The decoders round differently and spread chroma differently at edges.
  { bytes: TRIAL_JPEG, allowed: { mean: 2, max: 24 } },
  // Shows a wrong filter. Without colour only rounding differs, while another filter differs by 7 or more on average.
  { bytes: TRIAL_TEXTURE_JPEG, allowed: { mean: 2, max: 8 } },
];

const INPUTS = [
  { width: 32, height: 24, resize: 'squash' },
  { width: 24, height: 24, resize: { shortest: 28 } },
] as const;

/** The jobs of an image: two model inputs, each upright and rotated. */
function jobsOf({ bytes }: TrialImage): UnitJob[] {
  const header = readImageHeader(bytes, { maxPixels: 1e6 });
  return INPUTS.flatMap((input) =>
    ([1, 6] as const).map((orientation) => ({
      bytes,
      header: { ...header, orientation },
      input,
      pixels: new Uint8Array(input.width * input.height * 3),
    })),
  );
}

/**
 * Decodes two small JPEGs on the units and with the native decoder, and compares the pixels.
 *
 * @returns how far the pixels of each image differ
 * @throws {Error} the units fail, or their pixels are wrong
 */
export async function runTrial(units: Pick<UnitDecoder, 'decode'>): Promise<Difference[]> {
  const trials = IMAGES.map((image) => ({ ...image, jobs: jobsOf(image) }));
  const refusals = units.decode(trials.flatMap(({ jobs }) => jobs));
  const refusal = refusals.find((error) => error !== undefined);
  if (refusal) throw refusal;
  const resampler = new Resampler();
  const differences: Difference[] = [];
  for (const { jobs, allowed } of trials) {
    const { mean, max } = await differenceOf(jobs, resampler);
    if (mean > allowed.mean || max > allowed.max) {
      throw new Error(
        `the pixels of a trial image are wrong: they differ by ${mean.toFixed(1)} of 255 on average, and by at most ${max}`,
      );
    }
    differences.push({ mean, max });
  }
  return differences;
}

/** Compares the pixels of decoded jobs with those of the native decoder. */
async function differenceOf(jobs: readonly UnitJob[], resampler: Resampler): Promise<Difference> {
  let max = 0;
  let sum = 0;
  let count = 0;
  for (const { bytes, header, input, pixels } of jobs) {
    const expected = new Uint8Array(pixels.length);
    await decodeImage(Buffer.from(bytes), header, 'native', input, resampler, expected);
    for (const [i, value] of expected.entries()) {
      const difference = Math.abs(value - Number(pixels[i]));
      max = Math.max(max, difference);
      sum += difference;
    }
    count += expected.length;
  }
  return { mean: sum / count, max };
}
