import { z } from 'zod';
import { ToolError } from '../tool-error.js';
import { fetchOrExplain } from './fetch-or-explain.js';
import type { KnownWheel } from './known-wheel.js';

/** A wheel, and its address. */
export interface WheelAddress extends KnownWheel {
  readonly url: string;
}

/** A project's page in a Python package index, as JSON (PEP 691). */
const projectPage = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      yanked: z.union([z.boolean(), z.string()]).optional(),
    }),
  ),
});

/**
 * Finds a wheel in an index. The index is not trusted: the wheel's checksum is part of this program.
 *
 * @param index base URL of a Python package index; the projects' names are appended
 * @throws {ToolError}
 */
export async function findWheel(index: string, known: KnownWheel): Promise<WheelAddress> {
  const page = `${index.replace(/\/$/, '')}/onnxruntime-gpu/`;
  const response = await fetchOrExplain(page, { Accept: 'application/vnd.pypi.simple.v1+json' });
  const parsed = projectPage.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) {
    throw new ToolError(`${page} does not list its files as JSON (PEP 691)`);
  }
  const wheel = parsed.data.files.find(
    ({ filename, yanked }) => filename === known.file && (yanked ?? false) === false,
  );
  if (wheel === undefined) throw new ToolError(`${page} does not list ${known.file}`);
  return { ...known, url: new URL(wheel.url, response.url).href };
}
