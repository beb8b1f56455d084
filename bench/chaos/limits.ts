import { isDeepStrictEqual } from 'node:util';
import type { Connection } from './connection.js';
import type { Batching } from './plan.js';
import { readPage } from './read-page.js';

/** How the limits of the process behind a connection differ from those that should be in force; undefined if not. */
export async function wrongLimits(
  connection: Connection,
  expected: Batching,
): Promise<string | undefined> {
  const page = await readPage(connection, '/v2/models/demo');
  connection.close();
  if (page?.status !== 200) return 'the model is not described';
  const model = JSON.parse(page.text) as { readonly batching: Batching };
  const { maxBatchSize, maxQueueDelayMs, maxQueueSize, allowedBatchSizes } = model.batching;
  const inForce = { maxBatchSize, maxQueueDelayMs, maxQueueSize, allowedBatchSizes };
  if (isDeepStrictEqual(inForce, expected)) return undefined;
  return `the limits are ${JSON.stringify(inForce)} instead of ${JSON.stringify(expected)}`;
}
