/** Whether the long searches run whole, as `npm run test:long` has them; else they run at a tenth. */
export const IS_LONG = process.env['LONG'] === '1';

/** So much of a search that takes `count` steps when it runs whole. */
export function share(count: number): number {
  return IS_LONG ? count : Math.ceil(count / 10);
}
