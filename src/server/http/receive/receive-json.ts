import type { z } from 'zod';
import { Problem } from '../../problem/problem.js';
import type { ClassifyImagesDeps, ClassifyRequest } from './classify-images.js';
import { readBody } from './read-body.js';
import { readJson } from './read-json.js';
import { receiveBody } from './receive-body.js';
import type { Upload } from './upload-budget.js';

/**
 * Receives a body that is JSON.
 *
 * @throws {Problem} empty_body; also as `receiveBody`, `readBody` and `readJson`
 */
export async function receiveJson<T>(
  { clock }: Pick<ClassifyImagesDeps, 'clock'>,
  { exchange, deadlineMs }: ClassifyRequest,
  upload: Upload,
  schema: z.ZodType<T>,
): Promise<T> {
  const body = await receiveBody(exchange, upload, clock, deadlineMs, () =>
    readBody(exchange.incoming, upload),
  );
  if (body.length === 0) throw new Problem('empty_body');
  return readJson(body, schema);
}
