import { requirePackage } from './require-package.js';

/**
 * The package that calls foreign libraries. It is loaded when it is first needed, so that importing this folder costs
 * nothing and works where the package is missing.
 *
 * @throws {MissingPackageError}
 */
export function loadKoffi(): typeof import('koffi') {
  return requirePackage('koffi') as typeof import('koffi');
}
