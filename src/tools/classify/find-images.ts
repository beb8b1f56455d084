import { readdirSync, statSync } from 'node:fs';
import { extname, join, normalize, relative } from 'node:path';
import { ToolError } from '../tool-error.js';

/** Files of a folder with other endings are not images. What an image really is, its bytes tell. */
const ENDINGS = new Set(
  ['avif', 'bmp', 'gif', 'jfif', 'jpeg', 'jpg', 'png', 'tif', 'tiff', 'webp'].map((e) => `.${e}`),
);

/**
 * The images at these paths, folders with all folders in them, each in the order of its names. A file that is named itself
 * is always one of them. Names that start with a dot are left out, and links to folders are not followed. A path inside
 * another one is not visited twice.
 *
 * @throws {ToolError} there is nothing at a path, or a folder cannot be read
 */
export function* findImages(paths: readonly string[]): Generator<string> {
  const all = [...new Set(paths.map((path) => normalize(path).replace(/(?<=.)\/$/, '')))];
  for (const path of all) {
    if (all.some((other) => other !== path && isInside(path, other))) continue;
    if (orExplain(path, () => statSync(path)).isDirectory()) yield* imagesIn(path);
    else yield path;
  }
}

function* imagesIn(folder: string): Generator<string> {
  const entries = orExplain(folder, () => readdirSync(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* imagesIn(path);
    else if (ENDINGS.has(extname(entry.name).toLowerCase()) && !isLinkToFolder(path, entry))
      yield path;
  }
}

function isLinkToFolder(path: string, entry: { isSymbolicLink(): boolean }): boolean {
  if (!entry.isSymbolicLink()) return false;
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith('../');
}

function orExplain<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ToolError(isMissing ? `there is nothing at ${path}` : `cannot read ${path}`, {
      cause,
    });
  }
}
