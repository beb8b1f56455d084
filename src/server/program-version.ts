import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

/** Relative to the source file, and to the file that is built from it. */
const PLACES = ['../../package.json', '../../../package.json'];

/** The version in package.json. */
export function programVersion(): string {
  const file = PLACES.map((place) => new URL(place, import.meta.url)).find((url) =>
    existsSync(url),
  );
  if (!file) throw new Error('package.json is missing beside the program');
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
