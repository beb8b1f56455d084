import { z } from 'zod';
import { Problem } from '../../problem/problem.js';

/** No client sends more levels. */
export const MAX_JSON_DEPTH = 16;
/** Enough for the pixels of several images. A parsed value takes many times the memory of its text. */
export const MAX_JSON_VALUES = 1024 * 1024;
/** Members of all objects together. They cost far more time and memory than elements of arrays. */
export const MAX_JSON_MEMBERS = 4096;

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** An array of 1 to `max` elements. If it is longer, none of its elements is checked. */
export function shortArray<T extends z.ZodType>(element: T, max: number) {
  const isShort = (value: unknown) => !Array.isArray(value) || value.length <= max;
  return z.preprocess((value) => isShort(value) && value, z.array(element).min(1).max(max));
}

/**
 * Parses JSON. Its depth and its number of values are checked before any memory is allocated for them.
 *
 * @throws {Problem} invalid_body if it is not JSON, exceeds a limit or does not match the schema; invalid_parameter if
 * only members of `parameters` do not match
 */
export function readJson<T>(bytes: Buffer, schema: z.ZodType<T>): T {
  checkBounds(bytes);
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString());
  } catch {
    // The cause would quote the body in the log.
    throw new Problem('invalid_body');
  }
  const result = schema.safeParse(json);
  if (!result.success) {
    const isParameter = result.error.issues.every(({ path }) => path.includes('parameters'));
    throw new Problem(isParameter ? 'invalid_parameter' : 'invalid_body');
  }
  return result.data;
}

function checkBounds(bytes: Buffer): void {
  const hasEscapes = bytes.includes(BACKSLASH);
  let [depth, values, members] = [0, 0, 0];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) i = hasEscapes ? endOfEscaped(bytes, i) : endOfPlain(bytes, i);
    else if (byte === OPEN_ARRAY) depth++;
    else if (byte === OPEN_OBJECT) {
      depth++;
      members++;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth--;
    else if (byte === COLON) members++;
    if (byte === COMMA || byte === OPEN_ARRAY) values++;
    const isTooMuch = values > MAX_JSON_VALUES || members > MAX_JSON_MEMBERS;
    if (isTooMuch || depth > MAX_JSON_DEPTH) throw new Problem('invalid_body');
  }
}

/** Returns the end of the string that begins at `start`. Fast, because an image in base64 is one long string. */
function endOfPlain(bytes: Buffer, start: number): number {
  const end = bytes.indexOf(QUOTE, start + 1);
  return end < 0 ? bytes.length : end;
}

function endOfEscaped(bytes: Buffer, start: number): number {
  let i = start + 1;
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i;
}
