import type { Clock, Millis } from '../../../batcher/index.js';
import { Problem } from '../../problem/problem.js';
import type { Exchange } from '../exchange.js';
import { isForm } from './is-form.js';
import { readBody } from './read-body.js';
import { readForm } from './read-form.js';
import { receiveBody } from './receive-body.js';
import type { Upload } from './upload-budget.js';

/** The images of a request: the raw body is one image, or every part of a form is one. */
export interface ReceivedImages {
  readonly isForm: boolean;
  readonly images: readonly Buffer[];
}

/**
 * Receives the body within its limits on bytes and time. Content-Type is used only to recognise a form.
 *
 * @throws {Problem} empty_body; also as receiveBody, readForm and readBody
 */
export async function receiveImages(
  exchange: Exchange,
  upload: Upload,
  clock: Clock,
  deadlineMs: Millis,
  maxImages: number,
): Promise<ReceivedImages> {
  const { incoming } = exchange;
  const hasParts = isForm(incoming.headers);
  const images = await receiveBody(exchange, upload, clock, deadlineMs, () =>
    hasParts
      ? readForm(incoming, upload, maxImages)
      : readBody(incoming, upload).then((body) => [body]),
  );
  const isEmpty = hasParts ? images.length === 0 : images[0]?.length === 0;
  if (isEmpty) throw new Problem('empty_body');
  return { isForm: hasParts, images };
}
