/** Keys of model.json's `input`, and `output`. */
export type ManifestKey =
  | 'width'
  | 'height'
  | 'resize'
  | 'crop'
  | 'pad'
  | 'filter'
  | 'cropRounding'
  | 'channelOrder'
  | 'mean'
  | 'std'
  | 'output';

/** The value of one key of model.json, and its source, for people. */
export interface Line {
  readonly value: unknown;
  readonly origin: string;
}

/** What a configuration states about the preprocessing and the output of a model. */
export interface Translation {
  readonly lines: Readonly<Partial<Record<ManifestKey, Line>>>;
  /** Sentences on what cannot be translated, and on defaults that were used. */
  readonly notes: readonly string[];
}

/** The scale of mean and std in model.json. */
const BYTE_SCALE = 255;

/** Three numbers on the scale 0 to 255, from one or three numbers on the scale 0 to 1; undefined if they are others. */
export function onByteScale(values: unknown, scale = BYTE_SCALE): number[] | undefined {
  const all = typeof values === 'number' ? [values] : values;
  if (!Array.isArray(all) || ![1, 3].includes(all.length)) return undefined;
  if (!all.every((value) => typeof value === 'number' && Number.isFinite(value))) return undefined;
  const numbers = all.length === 1 ? [all[0], all[0], all[0]] : all;
  return numbers.map((value) => withoutNoise(value * scale));
}

/** 0.485 * 255 is 123.67499999999998 in floating point; people write 123.675. */
export function withoutNoise(value: number): number {
  return Number(value.toPrecision(12));
}
