/** How a resize weighs the source samples: as Pillow's filters of these names. */
export type Filter = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos';

/** A filter that averages: its weight at a distance, in source samples of an image that is not shrunk. */
export interface Convolution {
  /** Beyond this distance the weight is zero. */
  readonly support: number;
  weight(distance: number): number;
}

/** Pillow's coefficient of the cubic spline. */
const CUBIC_A = -0.5;

export const CONVOLUTIONS: Readonly<Record<Exclude<Filter, 'nearest'>, Convolution>> = {
  bilinear: {
    support: 1,
    weight: (distance) => Math.max(0, 1 - Math.abs(distance)),
  },
  bicubic: {
    support: 2,
    weight(distance) {
      const x = Math.abs(distance);
      if (x < 1) return ((CUBIC_A + 2) * x - (CUBIC_A + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * CUBIC_A : 0;
    },
  },
  lanczos: {
    support: 3,
    weight: (distance) => (Math.abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0),
  },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
