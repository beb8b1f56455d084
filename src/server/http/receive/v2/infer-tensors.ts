/** Name of the only input: encoded images, or pixels. */
export const INPUT = 'image';
/** Name of the only output: the score of every class, or the best classes. */
export const OUTPUT = 'scores';
