import { decodeImage } from '../cpu/decode-image.js';
import { readImageHeader } from '../header/read-image-header.js';
import { Resampler } from '../resample/resampler.js';
import { TRIAL_JPEG } from './trial-jpeg.js';
import type { UnitDecoder, UnitJob } from './unit-decoder.js';

/** Grey levels by which the two decoders may differ: they round differently, and spread chroma differently at edges. */
export const MAX_MEAN_DIFFERENCE = 2;
export const MAX_DIFFERENCE = 24;

const INPUTS = [
  { width: 32, height: 24, resize: 'squash' },
  { width: 24, height: 24, resize: { shortest: 28 } },
] as const;

/** How far the units' pixels differ from the native decoder's, in grey levels. */
export type Verdict = { readonly mean: number; readonly max: number };

/** The trial's jobs: one batch with two model inputs, each upright and rotated. */
function trialJobs(): UnitJob[] {
  const header = readImageHeader(TRIAL_JPEG, { maxPixels: 1e6 });
  return INPUTS.flatMap((input) =>
    ([1, 6] as const).map((orientation) => ({
      bytes: TRIAL_JPEG,
      header: { ...header, orientation },
      input,
      pixels: new Uint8Array(input.width * input.height * 3),
    })),
  );
}

/**
 * Decodes a small JPEG on the units and with the native decoder, and compares the pixels.
 *
 * @throws {Error} the units fail, or their pixels are wrong
 */
export async function runTrial(units: Pick<UnitDecoder, 'decode'>): Promise<Verdict> {
  const jobs = trialJobs();
  const refusal = units.decode(jobs).find((error) => error !== undefined);
  if (refusal) throw refusal;
  const resampler = new Resampler();
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
  const mean = sum / count;
  if (mean > MAX_MEAN_DIFFERENCE || max > MAX_DIFFERENCE) {
    throw new Error(
      `the pixels of the trial image are wrong: they differ by ${mean.toFixed(1)} of 255 on average, and by at most ${max}`,
    );
  }
  return { mean, max };
}
