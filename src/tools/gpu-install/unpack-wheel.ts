import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import AdmZip from 'adm-zip';
import { ToolError } from '../tool-error.js';
import { PROVIDER_FILES } from './provider-files.js';

/**
 * Writes the provider libraries of a wheel of onnxruntime-gpu into `folder`, each verified against the wheel's own list
 * of hashes.
 *
 * @throws {ToolError} the file is not a complete wheel of that version
 */
export async function unpackWheel(path: string, version: string, folder: string): Promise<void> {
  const wheel = basename(path);
  const zip = open(path);
  const record = read(zip, wheel, `onnxruntime_gpu-${version}.dist-info/RECORD`);
  if (record === undefined) {
    throw new ToolError(`${wheel} is not a wheel of onnxruntime-gpu ${version}`);
  }
  const lines = record.toString('utf8').split(/\r?\n/);
  for (const file of PROVIDER_FILES) {
    const member = `onnxruntime/capi/${file}`;
    const library = read(zip, wheel, member);
    if (library === undefined) throw new ToolError(`${wheel} does not contain ${file}`);
    const digest = createHash('sha256').update(library).digest('base64url');
    if (!lines.includes(`${member},sha256=${digest},${library.length}`)) {
      throw new ToolError(`${file} in ${wheel} does not match the wheel's RECORD`);
    }
    await writeFile(join(folder, file), library);
  }
}

function open(path: string): AdmZip {
  if (!existsSync(path)) throw new ToolError(`the file ${path} does not exist`);
  try {
    return new AdmZip(path);
  } catch (cause) {
    throw new ToolError(`${path} is not a complete wheel`, { cause });
  }
}

function read(zip: AdmZip, wheel: string, member: string): Buffer | undefined {
  try {
    return zip.getEntry(member)?.getData();
  } catch (cause) {
    throw new ToolError(`${wheel} is damaged: ${member} cannot be unpacked`, { cause });
  }
}
