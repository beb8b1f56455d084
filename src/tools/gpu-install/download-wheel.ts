import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SingleBar } from 'cli-progress';
import { ToolError } from '../tool-error.js';
import { fetchOrExplain } from './fetch-or-explain.js';
import type { WheelAddress } from './find-wheel.js';

const MB = 1e6;

/**
 * Downloads the wheel to `path` and shows a progress bar.
 *
 * @throws {ToolError} the download fails or is not the expected file; the file at `path` is then unusable
 * @throws {NodeJS.ErrnoException} the file cannot be written
 */
export async function downloadWheel(wheel: WheelAddress, path: string): Promise<void> {
  const { body, headers } = await fetchOrExplain(wheel.url);
  const hash = createHash('sha256');
  const bar = new SingleBar({ format: '{bar} {value}/{total} MB', stream: process.stderr });
  let bytes = 0;
  bar.start(Math.round(Number(headers.get('Content-Length')) / MB), 0);
  async function* seen(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      bar.update(Math.round(bytes / MB));
      yield chunk;
    }
  }
  try {
    const source = Readable.fromWeb(body ?? new ReadableStream());
    await pipeline(source, seen, createWriteStream(path));
  } catch (error) {
    // Errors of the disk name a system call; a cut connection only says "terminated".
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw new ToolError(`the download of ${wheel.file} was interrupted`, { cause: error });
  } finally {
    bar.stop();
  }
  const sha256 = hash.digest('hex');
  if (sha256 !== wheel.sha256) {
    throw new ToolError(`${wheel.file} has the sha256 ${sha256}, but it must be ${wheel.sha256}`);
  }
}
