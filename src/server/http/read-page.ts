import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../config/start-error.js';

const FOLDER = fileURLToPath(new URL('../../../../page', import.meta.url));
const INDEX = 'index.html';

/** Files with other endings are not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A file of the page, in memory. */
export interface PageFile {
  readonly text: string;
  /** Its media type. */
  readonly type: string;
  /** A strong ETag, with its quotes. */
  readonly etag: string;
}

/** The page for browsers. */
export interface Page {
  readonly html: PageFile;
  /** The files that the HTML refers to, each by its path on the server. */
  readonly files: ReadonlyMap<string, PageFile>;
}

/**
 * Reads the page, to be called once at start.
 *
 * @throws {StartError} the page is missing
 */
export function readPage(folder = FOLDER): Page {
  const byName = new Map<string, PageFile>();
  try {
    for (const name of readdirSync(folder)) {
      const type = TYPES[extname(name)];
      if (type !== undefined) byName.set(name, readFile(join(folder, name), type));
    }
  } catch (cause) {
    throw missing(cause);
  }
  const html = byName.get(INDEX);
  if (!html) throw missing();
  byName.delete(INDEX);
  return { html, files: new Map([...byName].map(([name, file]) => [`/page/${name}`, file])) };
}

function readFile(path: string, type: string): PageFile {
  const text = readFileSync(path, 'utf8');
  const hash = createHash('sha256').update(text).digest('base64url');
  return { text, type, etag: `"${hash}"` };
}

function missing(cause?: unknown): StartError {
  const message =
    'the page for browsers is missing; install the program again, or set server.page to false';
  return new StartError(message, { cause });
}
