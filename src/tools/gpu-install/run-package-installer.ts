import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { PROVIDER_FILES } from './provider-files.js';

const TIMEOUT_MS = 15 * 60_000;

/**
 * Runs the installer of onnxruntime-node and moves the files that it downloads into `folder`. It runs from a copy,
 * because it writes beside itself, file by file, and would leave half of a library if it were interrupted.
 *
 * @param packageFolder the folder of onnxruntime-node
 * @param folder inside `packageFolder`, so that the copy finds the packages that it needs
 * @returns why it failed; undefined if it succeeded
 */
export async function runPackageInstaller(
  packageFolder: string,
  folder: string,
): Promise<string | undefined> {
  await cp(join(packageFolder, 'script'), join(folder, 'script'), { recursive: true });
  const script = join(folder, 'script', 'install.js');
  const why = await run(script);
  if (why !== undefined) return why;
  const fetched = join(folder, 'bin', 'napi-v6', process.platform, process.arch);
  const missing = PROVIDER_FILES.find((file) => !existsSync(join(fetched, file)));
  if (missing !== undefined) return `it did not download ${missing}`;
  for (const file of PROVIDER_FILES) await rename(join(fetched, file), join(folder, file));
  return undefined;
}

function run(script: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const args = [script, '--onnxruntime-node-install'];
    execFile(process.execPath, args, { timeout: TIMEOUT_MS }, (error, _, stderr) => {
      if (error === null) resolve(undefined);
      else resolve(/^\w*Error: (.*)$/m.exec(stderr)?.[1] ?? `it ended with code ${error.code}`);
    });
  });
}
