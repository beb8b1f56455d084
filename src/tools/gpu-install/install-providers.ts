import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../tool-error.js';
import { downloadWheel } from './download-wheel.js';
import { findWheel } from './find-wheel.js';
import type { KnownWheel } from './known-wheel.js';
import { missingLibraries } from './missing-libraries.js';
import { PROVIDER_FILES } from './provider-files.js';
import { replaceFiles } from './replace-files.js';
import { runPackageInstaller } from './run-package-installer.js';
import { unpackWheel } from './unpack-wheel.js';

export interface InstallPlace {
  /** The folder of the npm package onnxruntime-node. */
  readonly packageFolder: string;
  /** The folder inside `packageFolder` that holds its library, and into which the providers go. */
  readonly runtimeFolder: string;
  /** The wheel that an index must provide. */
  readonly knownWheel: KnownWheel;
}

/** The source of the providers: a wheel; by default the package's own installer or, if that fails, the index. */
export interface InstallSource {
  /** A wheel of onnxruntime-gpu on this machine. */
  readonly wheel?: string | undefined;
  /** URL of a Python package index that has onnxruntime-gpu. */
  readonly index?: string | undefined;
}

/**
 * Installs the CUDA and TensorRT provider libraries for the installed version of ONNX Runtime beside it, all or none.
 *
 * @returns libraries that they depend on and that are missing on this machine
 * @throws {ToolError} nothing was changed
 */
export async function installProviders(
  { packageFolder, runtimeFolder, knownWheel }: InstallPlace,
  { wheel, index }: InstallSource,
  say: (line: string) => void,
): Promise<string[]> {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));

  async function fetchInto(folder: string): Promise<void> {
    if (wheel !== undefined) return await unpackWheel(wheel, version, folder);
    say('running the installer of onnxruntime-node');
    const why = await runPackageInstaller(packageFolder, folder);
    if (why === undefined) return;
    say(`the installer failed: ${why}`);
    if (index === undefined) {
      throw new ToolError(
        `name a Python package index that has onnxruntime-gpu ${version} with --index or PIP_INDEX_URL, or name a wheel with --wheel`,
      );
    }
    if (version !== knownWheel.version) {
      throw new ToolError(
        `onnxruntime-node has version ${version}, but the checksum of the wheel is known only for ${knownWheel.version}; name a wheel with --wheel`,
      );
    }
    const address = await findWheel(index, knownWheel);
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
  say(`installed the providers of ONNX Runtime ${version} in ${runtimeFolder}`);
  return [...missing]
    .filter((file) => !PROVIDER_FILES.some((provided) => provided === file))
    .sort();
}
