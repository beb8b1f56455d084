import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { ToolError } from '../tool-error.js';

/**
 * The shared libraries that a library depends on, directly or indirectly, and that the dynamic linker does not find.
 *
 * @throws {ToolError} `path` is not a complete library for this machine
 */
export async function missingLibraries(path: string): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)('ldd', [path]);
    return [...stdout.matchAll(/^\s*(\S+) => not found$/gm)].map(([, file]) => String(file));
  } catch (cause) {
    throw new ToolError(`${basename(path)} is not a complete library for this machine`, { cause });
  }
}
