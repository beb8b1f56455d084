import { createRequire } from 'node:module';
import { messageOf } from '../message-of.js';

const require = createRequire(import.meta.url);

/** A package is not installed, or its native code is for another platform. The message says what to do. */
export class MissingPackageError extends Error {
  override readonly name = 'MissingPackageError';

  constructor(name: string, cause: unknown) {
    const why = messageOf(cause).split('\n')[0];
    const platform = `${process.platform}-${process.arch}`;
    super(`the package ${name} cannot be loaded; run npm ci on this machine, ${platform} (${why})`);
  }
}

/**
 * Loads a package that may be missing. Later imports of the package get the same module.
 *
 * This uses `require`, because if `import()` loads a CommonJS package that throws, Node 20 reports the error twice:
 * to the caller, and as an unhandled rejection, which ends the process.
 *
 * @throws {MissingPackageError}
 */
export function requirePackage(name: string): unknown {
  try {
    return require(name);
  } catch (cause) {
    throw new MissingPackageError(name, cause);
  }
}
