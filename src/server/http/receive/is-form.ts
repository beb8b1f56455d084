import type { IncomingHttpHeaders } from 'node:http';

/** Whether a body is a form, each of whose parts is an image. */
export function isForm(headers: IncomingHttpHeaders): boolean {
  return /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');
}
