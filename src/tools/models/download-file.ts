import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { megabytes } from './megabytes.js';
import { sha256OfFile } from './sha256-of-file.js';

/** Maximum number of times that a cut connection is resumed, if each brought some bytes, before the download fails. */
const MAX_CUTS = 20;

/** Error codes of a connection that was cut before the answer began. */
const CUT_CODES = new Set<string | undefined>(['UND_ERR_SOCKET', 'ECONNRESET']);

/** A file to download, and how to verify it. */
export interface RemoteFile {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface DownloadOptions {
  /** Called with the number of bytes of the file that have arrived. */
  readonly progress?: (bytes: number) => void;
  readonly openFile?: (path: string, flags: 'w' | 'a') => Promise<FileHandle>;
}

/** A file could not be downloaded; the message is one sentence for the operator. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
}

/** The connection was cut before the end of the file. */
class CutError extends Error {}

/**
 * Downloads a file to `path`, and resumes an earlier attempt or a cut connection where it stopped. The file is complete
 * only once this has resolved.
 *
 * @throws {DownloadError} what has arrived is kept for the next attempt, unless it is not the expected file
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
        `the connection to ${new URL(file.url).host} was cut after ${megabytes(have)} of ${megabytes(file.bytes)}; run the command again to resume`,
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
    // The server does not have that part, so start from the beginning.
    await response.body?.cancel();
    response = await ask(file.url, 0);
  }
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel();
    throw refusalOf(response.status, file.url);
  }
  // A server that does not support ranges sends the whole file.
  await write(response, file, path, response.status === 206 ? from : 0, options);
}

async function ask(url: string, from: number): Promise<Response> {
  // With compression, the sizes would differ.
  const headers = { 'Accept-Encoding': 'identity', ...(from ? { Range: `bytes=${from}-` } : {}) };
  try {
    return await fetch(url, { headers });
  } catch (error) {
    const { cause } = error as Error & { cause?: NodeJS.ErrnoException };
    if (CUT_CODES.has(cause?.code)) throw new CutError('cut before an answer', { cause: error });
    throw new DownloadError(
      `cannot reach ${new URL(url).host} (${cause?.code ?? 'no answer'}); check the network, or name a copy of the files with --from URL`,
      { cause: error },
    );
  }
}

function refusalOf(status: number, url: string): DownloadError {
  return new DownloadError(
    status === 404
      ? `${url} does not exist (404); if the file has moved, name a copy of it with --from URL`
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
  throw new DownloadError(`${file.url} is not the expected file: it has ${size}; nothing was kept`);
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response.body ?? []) yield chunk as Uint8Array;
  } catch (cause) {
    throw new CutError('cut', { cause });
  }
}

/** Turns an error of the disk into a sentence. */
async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    throw new DownloadError(
      isFull
        ? `the disk is full: there is no room for ${path}; free some space and run the command again to resume`
        : `cannot write ${path} (${code})`,
      { cause },
    );
  }
}

async function verify({ url, sha256, bytes }: RemoteFile, path: string): Promise<void> {
  if ((await sha256OfFile(path)) === sha256) return;
  await rm(path, { force: true });
  throw new DownloadError(
    `${url} is not the expected file: it has ${bytes} bytes, but a different SHA-256; nothing was kept`,
  );
}
