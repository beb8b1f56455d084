import { ToolError } from './tool-error.js';

/**
 * The value of a flag that takes a whole number.
 *
 * @throws {ToolError} outside `least` to `most`
 */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new ToolError(`${flag} is a whole number from ${least} to ${most}, not "${text}".`);
}
