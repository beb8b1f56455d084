import { UsageError } from './read-flags.js';

/**
 * Parses a flag whose value is a whole number.
 *
 * @throws {UsageError} if it is not from `least` to `most`
 */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${flag} must be a whole number from ${least} to ${most}, not "${text}".`);
}
