/** Every way in which a request can fail, with its status and constant text. docs/errors.md is generated from this. */
export const PROBLEMS = {
  empty_body: {
    status: 400,
    title: 'The body is empty',
    detail: 'Send one image as the body.',
  },
  undecodable_image: {
    status: 400,
    title: 'The image cannot be decoded',
    detail:
      'Send a complete image: a JPEG of 8 bits (baseline or progressive) or another accepted format.',
  },
  invalid_query: {
    status: 400,
    title: 'A query parameter is invalid',
    detail:
      'Use only the parameters that the documentation lists for this path; top_k must be a whole number from 1 to 100.',
  },
  invalid_header: {
    status: 400,
    title: 'A header is invalid',
    detail:
      'X-Request-Timeout-Ms must be a whole number from 1 to 600000. Inference-Header-Content-Length must be the number of bytes of JSON at the start of the body.',
  },
  invalid_body: {
    status: 400,
    title: 'The body does not have the form that this path accepts',
    detail:
      'Send what the documentation shows for this path, as valid JSON with at most 16 levels and 1048576 values. A body with Content-Encoding: gzip must be complete.',
  },
  invalid_parameter: {
    status: 400,
    title: 'A parameter in the body is invalid',
    detail:
      'top_k and classification must be whole numbers from 1 to 100, timeout a whole number of microseconds from 1 to 600000000, and function_to_apply must be softmax.',
  },
  invalid_tensor: {
    status: 400,
    title: 'A tensor does not match its description',
    detail:
      'The shape, the data and binary_data_size must agree, and binary data must follow the JSON without a gap.',
  },
  unsupported_tensor: {
    status: 400,
    title: 'The model has no such input or output',
    detail:
      'The input is named image: BYTES [n] or [n,1] or UINT8 [1,bytes] with encoded images, or UINT8 [n,height,width,3] with pixels in the size of the model. FP32 pixels are not accepted. The output is named scores.',
  },
  not_found: {
    status: 404,
    title: 'There is nothing at this path',
    detail: 'Send images with POST to /api/classify.',
  },
  model_not_found: {
    status: 404,
    title: 'There is no model with this name',
    detail: 'GET /v2/models lists the names. The only version is 1.',
  },
  method_not_allowed: {
    status: 405,
    title: 'The method is not allowed for this path',
    detail: 'The Allow header lists the allowed methods.',
  },
  request_timeout: {
    status: 408,
    title: 'The request took too long to arrive',
    detail: 'Send the headers and the body faster.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    detail: 'Send a smaller image.',
  },
  too_many_parts: {
    status: 413,
    title: 'The request has too many images',
    detail:
      'Send at most 64 images in one request, and no more than fit in the queue of the server. Some paths accept only one image.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The encoding or the image format is not supported',
    detail:
      'Send the image without Content-Encoding, or as multipart/form-data with a boundary; and in a format that this server accepts.',
  },
  image_too_large: {
    status: 422,
    title: 'The image has too many pixels',
    detail: 'Send an image with fewer pixels.',
  },
  image_too_complex: {
    status: 422,
    title: 'The image is too costly to decode',
    detail: 'Send a baseline JPEG, or a progressive JPEG with fewer scans.',
  },
  inference_failed: {
    status: 500,
    title: 'The model failed on this image',
    detail: 'The server or the image may be at fault. Retry at most once.',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    detail: 'The fault is in the server, not in the request.',
  },
  queue_full: {
    status: 503,
    title: 'The server is at capacity',
    detail: 'Retry after the number of seconds in the Retry-After header.',
  },
  overloaded: {
    status: 503,
    title: 'The answer would come too late',
    detail: 'Retry after the time that the Retry-After header gives.',
  },
  draining: {
    status: 503,
    title: 'The server is shutting down',
    detail:
      'Retry after the number of seconds in the Retry-After header: another server may answer.',
  },
  engine_unavailable: {
    status: 503,
    title: 'The model is not ready',
    detail: 'Retry after the number of seconds in the Retry-After header.',
  },
  deadline_exceeded: {
    status: 504,
    title: 'The deadline of the request has passed or cannot be met',
    detail: 'Retry later, or allow more time with the X-Request-Timeout-Ms header.',
  },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];

/**
 * An error answer to a request. May be thrown anywhere on the path of a request; contains only what clients may see.
 */
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

/**
 * The JSON body of a problem: the members of RFC 9457, `code`, and the same sentences as `error`, which clients of
 * other servers show to their users. `instance` is the request's id.
 */
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
    error: `${title}. ${detail}`,
  });
}
