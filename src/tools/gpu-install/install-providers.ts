import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../tool-error.js';
import { downloadWheel } from './download-wheel.js';
import { findWheel } from './find-wheel.js';
import { missingLibraries } from './missing-libraries.js';
import { PROVIDER_FILES } from './provider-files.js';
import { replaceFiles } from './replace-files.js';
import { runPackageInstaller } from './run-package-installer.js';
import { unpackWheel } from './unpack-wheel.js';

export interface InstallPlace {
  /** The npm package onnxruntime-node. */
  readonly packageFolder: string;
  /** Where its own library lies, and the providers shall: inside `packageFolder`. */
  readonly runtimeFolder: string;
}

/** Where the providers come from: the wheel, or else the package's own installer and, if that fails, the index. */
export interface InstallSource {
  /** A wheel of onnxruntime-gpu on this machine. */
  readonly wheel?: string | undefined;
  /** URL of a Python package index that has onnxruntime-gpu. */
  readonly index?: string | undefined;
}

/**
 * Puts the CUDA and TensorRT provider libraries of the installed version of ONNX Runtime beside it, all or none.
 *
 * @returns the libraries that they need and that this machine lacks
 * @throws {ToolError} nothing was changed
 */
export async function installProviders(
  { packageFolder, runtimeFolder }: InstallPlace,
  { wheel, index }: InstallSource,
  say: (line: string) => void,
): Promise<string[]> {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));

  async function fetchInto(folder: string): Promise<void> {
    if (wheel !== undefined) return await unpackWheel(wheel, version, folder);
    say('running the installer of onnxruntime-node');
    const why = await runPackageInstaller(packageFolder, folder);
    if (why === undefined) return;
    say(`it did not work: ${why}`);
    if (index === undefined) {
      throw new ToolError(
        `name a Python package index that has onnxruntime-gpu ${version} with --index or PIP_INDEX_URL, or its wheel with --wheel`,
      );
    }
    const address = await findWheel(index, version);
    say(`downloading ${address.file} from ${new URL(address.url).host}`);
    const path = join(folder, address.file);
    await downloadWheel(address, path);
    await unpackWheel(path, version, folder);
  }

  const missing = new Set<string>();
  await replaceFiles(runtimeFolder, PROVIDER_FILES, async (folder) => {
    await fetchInto(folder);
    for (const file of PROVIDER_FILES) {
      for (const library of await missingLibraries(join(folder, file))) missing.add(library);
    }
  });
  say(`the providers of ONNX Runtime ${version} are in ${runtimeFolder}`);
  return [...missing]
    .filter((file) => !PROVIDER_FILES.some((provided) => provided === file))
    .sort();
}
