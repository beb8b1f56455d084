import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../tool-error.js';

const UNFINISHED = '.gpu-install';
const DISK_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: "the user's disk quota is exceeded",
  EROFS: 'its file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
};

/**
 * Replaces files in `folder` only once all new files are complete: `fill` writes them into an empty folder inside it.
 *
 * @throws {ToolError} the files cannot be written; also what `fill` throws. In both cases nothing was replaced.
 */
export async function replaceFiles(
  folder: string,
  files: readonly string[],
  fill: (unfinished: string) => Promise<void>,
): Promise<void> {
  const unfinished = join(folder, UNFINISHED);
  try {
    // Left by a run that was killed.
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
