import type { Clock, Millis } from '../../../batcher/index.js';
import { Problem } from '../../problem/problem.js';
import type { Exchange } from '../exchange.js';
import { breakOff, readBody } from './read-body.js';
import { readForm } from './read-form.js';
import type { Upload } from './upload-budget.js';

/** The images of a request: the raw body is one image, or every part of a form is one. */
export interface ReceivedImages {
  readonly isForm: boolean;
  readonly images: readonly Buffer[];
}

/**
 * Receives the body within its limits on bytes and time. Content-Type is used only to recognise a form.
 *
 * @throws {Problem} body_too_large or queue_full by Content-Length, empty_body, deadline_exceeded; also as readForm
 * and readBody
 */
export async function receiveImages(
  { incoming, outgoing }: Exchange,
  upload: Upload,
  clock: Clock,
  deadlineMs: Millis,
  maxQueueSize: number,
): Promise<ReceivedImages> {
  const isForm = /^multipart\/form-data\b/i.test(incoming.headers['content-type'] ?? '');
  upload.expect(Number(incoming.headers['content-length'] ?? 0));
  // Sending 100 Continue only now spares a refused client the upload.
  if (/\b100-continue\b/i.test(incoming.headers.expect ?? '') && incoming.httpVersionMinor > 0) {
    outgoing.writeContinue();
  }
  const reading = isForm
    ? readForm(incoming, upload, maxQueueSize)
    : readBody(incoming, upload).then((body) => [body]);
  const images = await before(deadlineMs, clock, reading, (late) => breakOff(incoming, late));
  const isEmpty = isForm ? images.length === 0 : images[0]?.length === 0;
  if (isEmpty) throw new Problem('empty_body');
  return { isForm, images };
}

async function before<T>(
  deadlineMs: Millis,
  clock: Clock,
  work: Promise<T>,
  end: (late: Problem) => void,
): Promise<T> {
  let callOff = () => {};
  const late = new Promise<never>((_, reject) => {
    callOff = clock.schedule(deadlineMs - clock.now(), () => {
      const problem = new Problem('deadline_exceeded');
      end(problem);
      reject(problem);
    });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    callOff();
  }
}
