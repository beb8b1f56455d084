import { constants, open } from 'node:fs/promises';
import { Problem } from '../../server/problem/problem.js';
import type { ByteBudget } from './byte-budget.js';

/** A file is missing, or this user may not read it, or it is not a regular file. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
}

export interface ReadLimits {
  readonly budget: ByteBudget;
  readonly maxBodyBytes: number;
}

/**
 * Reads a file into a buffer of its own, once the budget has room for it. The caller gives `bytes.length` back to the
 * budget when the image is done.
 *
 * @throws {UnreadableFileError}
 * @throws {Problem} body_too_large, empty_body
 */
export async function readImage(path: string, limits: ReadLimits): Promise<Buffer> {
  const file = await orUnreadable(open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    const facts = await file.stat();
    if (!facts.isFile()) throw new UnreadableFileError();
    if (facts.size > limits.maxBodyBytes) throw new Problem('body_too_large');
    if (facts.size === 0) throw new Problem('empty_body');
    await limits.budget.take(facts.size);
    // Its buffer is transferred to a decode thread, so it must not be a part of a larger one.
    const bytes = Buffer.allocUnsafeSlow(facts.size);
    try {
      for (let length = 0; length < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, length);
        // The file has become shorter. What is missing of the image makes it undecodable.
        if (bytesRead === 0) bytes.fill(0, length);
        length = bytesRead === 0 ? bytes.length : length + bytesRead;
      }
      return bytes;
    } catch (cause) {
      limits.budget.give(facts.size);
      throw new UnreadableFileError('', { cause });
    }
  } finally {
    await file.close();
  }
}

async function orUnreadable<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (cause) {
    throw new UnreadableFileError('', { cause });
  }
}
