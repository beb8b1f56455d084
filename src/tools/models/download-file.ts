import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { megabytes } from './megabytes.js';
import { sha256OfFile } from './sha256-of-file.js';

/** Connections that may be cut, each after it has brought something, before a person is asked. */
const MAX_CUTS = 20;

/** What a connection says that ended before the answer began. */
const CUT_CODES = new Set<string | undefined>(['UND_ERR_SOCKET', 'ECONNRESET']);

/** What is to be downloaded, and how it is known to be right. */
export interface RemoteFile {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface DownloadOptions {
  /** Told how many bytes of the file are there. */
  readonly progress?: (bytes: number) => void;
  readonly openFile?: (path: string, flags: 'w' | 'a') => Promise<FileHandle>;
}

/** A file could not be downloaded; the message is one sentence for the operator. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
}

/** The connection ended before the file did. */
class CutError extends Error {}

/**
 * Downloads a file to `path`, going on where an earlier try or a cut connection left off. What lies there is the whole
 * file only once this has resolved.
 *
 * @throws {DownloadError} what is there is kept to go on from, unless it is not the file
 */
export async function downloadFile(
  file: RemoteFile,
  path: string,
  options: DownloadOptions = {},
): Promise<void> {
  for (let cuts = 0; ; cuts++) {
    const before = await bytesAt(path);
    if (before === file.bytes) break;
    try {
      await fetchRest(file, path, before, options);
      break;
    } catch (error) {
      if (!(error instanceof CutError)) throw error;
      const have = await bytesAt(path);
      if (have > before && cuts < MAX_CUTS) continue;
      throw new DownloadError(
        `the connection to ${new URL(file.url).host} was cut after ${megabytes(have)} of ${megabytes(file.bytes)}; run the command again to go on from there`,
        { cause: error },
      );
    }
  }
  await verify(file, path);
}

async function bytesAt(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

async function fetchRest(
  file: RemoteFile,
  path: string,
  have: number,
  options: DownloadOptions,
): Promise<void> {
  const from = have < file.bytes ? have : 0;
  let response = await ask(file.url, from);
  const isRest = (response.headers.get('content-range') ?? '').startsWith(`bytes ${from}-`);
  if (from > 0 && (response.status === 416 || (response.status === 206 && !isRest))) {
    // It does not know that part: from the start, then.
    await response.body?.cancel();
    response = await ask(file.url, 0);
  }
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel();
    throw refusalOf(response.status, file.url);
  }
  // A server that knows no ranges sends the whole file.
  await write(response, file, path, response.status === 206 ? from : 0, options);
}

async function ask(url: string, from: number): Promise<Response> {
  // Compressed, the sizes would be other ones.
  const headers = { 'Accept-Encoding': 'identity', ...(from ? { Range: `bytes=${from}-` } : {}) };
  try {
    return await fetch(url, { headers });
  } catch (error) {
    const { cause } = error as Error & { cause?: NodeJS.ErrnoException };
    if (CUT_CODES.has(cause?.code)) throw new CutError('cut before an answer', { cause: error });
    throw new DownloadError(
      `cannot reach ${new URL(url).host} (${cause?.code ?? 'no answer'}); look at the network, or give a copy of the files with --from URL`,
      { cause: error },
    );
  }
}

function refusalOf(status: number, url: string): DownloadError {
  return new DownloadError(
    status === 404
      ? `${url} does not exist (404); the file has moved, so give a copy of it with --from URL`
      : `${new URL(url).host} answered ${status} instead of sending ${url}; try again later`,
  );
}

async function write(
  response: Response,
  file: RemoteFile,
  path: string,
  from: number,
  { progress, openFile = open }: DownloadOptions,
): Promise<void> {
  let there = from;
  const handle = await writing(path, () => openFile(path, from === 0 ? 'w' : 'a'));
  try {
    for await (const chunk of chunksOf(response)) {
      there += chunk.length;
      if (there > file.bytes) break;
      await writing(path, () => handle.appendFile(chunk));
      progress?.(there);
    }
  } finally {
    await handle.close();
  }
  if (there === file.bytes) return;
  await rm(path, { force: true });
  const size = `${there > file.bytes ? 'more' : 'fewer'} than ${file.bytes} bytes`;
  throw new DownloadError(
    `${file.url} is not the file that was pinned: it has ${size}; nothing was kept`,
  );
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response.body ?? []) yield chunk as Uint8Array;
  } catch (cause) {
    throw new CutError('cut', { cause });
  }
}

/** Turns what the disk says into a sentence. */
async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    throw new DownloadError(
      isFull
        ? `the disk is full: there is no room for ${path}; make room and run the command again to go on from there`
        : `cannot write ${path} (${code})`,
      { cause },
    );
  }
}

async function verify({ url, sha256, bytes }: RemoteFile, path: string): Promise<void> {
  if ((await sha256OfFile(path)) === sha256) return;
  await rm(path, { force: true });
  throw new DownloadError(
    `${url} is not the file that was pinned: it has ${bytes} bytes, but another SHA-256; nothing was kept`,
  );
}
