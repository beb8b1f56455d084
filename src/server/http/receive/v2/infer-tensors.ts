/** The name of the only input, which takes encoded images or pixels. */
export const INPUT = 'image';
/** The name of the only output: the score of every class, or the best classes. */
export const OUTPUT = 'scores';
