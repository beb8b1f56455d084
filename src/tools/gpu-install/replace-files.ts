import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../tool-error.js';

const UNFINISHED = '.gpu-install';
const DISK_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: "the user's share of the disk is used up",
  EROFS: 'its file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
};

/**
 * Puts files into `folder` only once all of them are whole: `fill` writes them into an empty folder inside it.
 *
 * @throws {ToolError} they cannot be written; and what `fill` throws. Nothing was replaced then.
 */
export async function replaceFiles(
  folder: string,
  files: readonly string[],
  fill: (unfinished: string) => Promise<void>,
): Promise<void> {
  const unfinished = join(folder, UNFINISHED);
  try {
    // Of a run that was killed.
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished);
    await fill(unfinished);
    for (const file of files) await chmod(join(unfinished, file), 0o644);
    for (const file of files) await rename(join(unfinished, file), join(folder, file));
  } catch (error) {
    const why = DISK_ERRORS[(error as NodeJS.ErrnoException).code ?? ''];
    if (why === undefined) throw error;
    throw new ToolError(`${folder} cannot be written to: ${why}`, { cause: error });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
