import { z } from 'zod';
import { ToolError } from '../tool-error.js';
import { fetchOrExplain } from './fetch-or-explain.js';

/** Where a wheel lies, and what it must be. */
export interface WheelAddress {
  readonly file: string;
  readonly url: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** A project's page in a Python package index, as JSON (PEP 691). */
const projectPage = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      hashes: z.object({ sha256: z.string().optional() }),
      yanked: z.union([z.boolean(), z.string()]).optional(),
    }),
  ),
});

/**
 * The wheel of onnxruntime-gpu for Linux on x64. Those for different Python versions hold the same libraries.
 *
 * @param index of Python packages: the address above the projects
 * @throws {ToolError}
 */
export async function findWheel(index: string, version: string): Promise<WheelAddress> {
  const page = `${index.replace(/\/$/, '')}/onnxruntime-gpu/`;
  const response = await fetchOrExplain(page, { Accept: 'application/vnd.pypi.simple.v1+json' });
  const parsed = projectPage.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) {
    throw new ToolError(`${page} gives no list of files as JSON (PEP 691)`);
  }
  const start = `onnxruntime_gpu-${version}-`;
  const wheel = parsed.data.files.find(
    ({ filename, hashes, yanked }) =>
      filename.startsWith(start) &&
      /manylinux\w*_x86_64\.whl$/.test(filename) &&
      hashes.sha256 !== undefined &&
      (yanked ?? false) === false,
  );
  if (wheel?.hashes.sha256 === undefined) {
    throw new ToolError(
      `${page} has no wheel of onnxruntime-gpu ${version} for Linux on x64 with a sha256`,
    );
  }
  const url = new URL(wheel.url, response.url).href;
  return { file: wheel.filename, url, sha256: wheel.hashes.sha256 };
}
