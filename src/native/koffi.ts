import { requirePackage } from './require-package.js';

/**
 * The package that calls foreign libraries. It is loaded on first use, so that importing this folder costs nothing and
 * works if the package is missing.
 *
 * @throws {MissingPackageError}
 */
export function loadKoffi(): typeof import('koffi') {
  return requirePackage('koffi') as typeof import('koffi');
}
