/** Every way in which a request can fail, with its status and constant text. The list of docs/errors.md. */
export const PROBLEMS = {
  empty_body: {
    status: 400,
    title: 'The body is empty',
    detail: 'Send one JPEG or PNG image as the body.',
  },
  undecodable_image: {
    status: 400,
    title: 'The image cannot be decoded',
    detail: 'Send a whole 8-bit JPEG (baseline or progressive) or a PNG.',
  },
  invalid_query: {
    status: 400,
    title: 'A query parameter is invalid',
    detail: 'top_k is a whole number from 1 to 100.',
  },
  invalid_header: {
    status: 400,
    title: 'A header is invalid',
    detail: 'X-Request-Timeout-Ms is a whole number from 1 to 600000.',
  },
  not_found: {
    status: 404,
    title: 'There is nothing at this path',
    detail: 'Images go to POST /api/classify.',
  },
  model_not_found: {
    status: 404,
    title: 'There is no model of this name',
    detail: 'The name is that in model.json.',
  },
  method_not_allowed: {
    status: 405,
    title: 'The method is not allowed here',
    detail: 'The Allow header names the methods.',
  },
  request_timeout: {
    status: 408,
    title: 'The request took too long to arrive',
    detail: 'Send headers and body faster.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    detail: 'Send a smaller image.',
  },
  too_many_parts: {
    status: 413,
    title: 'The form has too many parts',
    detail: 'Send at most 64 images in one form, and no more than the queue of the server holds.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The encoding of the body is not supported',
    detail: 'Send the image without Content-Encoding, or as multipart/form-data with a boundary.',
  },
  image_too_large: {
    status: 422,
    title: 'The image has too many pixels',
    detail: 'Send an image of fewer pixels.',
  },
  image_too_complex: {
    status: 422,
    title: 'The image is too costly to decode',
    detail: 'Send a baseline JPEG, or a progressive one of fewer scans.',
  },
  inference_failed: {
    status: 500,
    title: 'The model failed on this image',
    detail: 'The fault is on the server. The image may be at fault too: retry once at most.',
  },
  internal_error: { status: 500, title: 'Internal error', detail: 'The fault is on the server.' },
  queue_full: {
    status: 503,
    title: 'The server is at capacity',
    detail: 'Retry after the time that the Retry-After header gives.',
  },
  overloaded: {
    status: 503,
    title: 'The answer would come too late',
    detail: 'Retry after the time that the Retry-After header gives.',
  },
  draining: {
    status: 503,
    title: 'The server is shutting down',
    detail: 'Retry: another server may answer.',
  },
  engine_unavailable: {
    status: 503,
    title: 'The model is not ready',
    detail: 'Retry after the time that the Retry-After header gives.',
  },
  deadline_exceeded: {
    status: 504,
    title: 'The deadline of the request has passed',
    detail: 'Retry later, or allow more time with X-Request-Timeout-Ms.',
  },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** A request ends with this answer. Thrown anywhere on its path; carries nothing that must stay inside. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(PROBLEMS[code].title, options);
    this.code = code;
    this.headers = headers;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/** The members of RFC 9457, and `code`. `instance` is the request's id. */
export function problemBody(code: ProblemCode, requestId?: string): string {
  const { status, title, detail } = PROBLEMS[code];
  const instance = requestId === undefined ? {} : { instance: requestId };
  return JSON.stringify({
    type: `urn:batch-dispatch:problem:${code}`,
    title,
    status,
    detail,
    code,
    ...instance,
  });
}
