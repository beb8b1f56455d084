import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ToolError } from '../tool-error.js';
import type { Prediction } from './compare-answer.js';

/** As many classes as a request may ask for. */
const TOP_K = 100;

const predictions = z.array(z.object({ confidence: z.number(), label: z.string() }));
const problem = z.object({ code: z.string() });

/**
 * Posts one image and returns what the server answers.
 *
 * @throws {ToolError} the server refused the image
 */
export async function postImage(
  server: string,
  model: string,
  file: string,
): Promise<Prediction[]> {
  const url = new URL('/api/classify', server);
  url.search = new URLSearchParams({ model, top_k: String(TOP_K) }).toString();
  const response = await fetch(url, { method: 'POST', body: await readFile(file) });
  const body: unknown = await response.json();
  if (!response.ok) throw new ToolError(`${response.status} ${problem.parse(body).code}`);
  return predictions.parse(body);
}
