import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../problem/problem.js';

/** What a client may ask for beside the answer itself. */
export interface RequestOptions {
  readonly topK: number;
  readonly timeoutMs: number;
  /** Whether the client has asked for it. */
  readonly hasOwnTimeout: boolean;
}

const DEFAULT_TOP_K = 5;
const MAX_TOP_K = 100;
const MAX_TIMEOUT_MS = 600_000;

/**
 * Reads `?top_k=` and X-Request-Timeout-Ms and checks the headers that describe the body.
 *
 * @throws {Problem} invalid_query, invalid_header, or unsupported_media_type for any Content-Encoding
 */
export function readRequestOptions(
  topK: string | undefined,
  headers: IncomingHttpHeaders,
  defaultTimeoutMs: number,
): RequestOptions {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined) {
    throw new Problem('unsupported_media_type', { 'Accept-Encoding': 'identity' });
  }
  const timeout = headers['x-request-timeout-ms'];
  return {
    topK: topK === undefined ? DEFAULT_TOP_K : wholeNumber(topK, MAX_TOP_K, 'invalid_query'),
    timeoutMs:
      timeout === undefined
        ? defaultTimeoutMs
        : wholeNumber(String(timeout), MAX_TIMEOUT_MS, 'invalid_header'),
    hasOwnTimeout: timeout !== undefined,
  };
}

function wholeNumber(text: string, max: number, code: 'invalid_query' | 'invalid_header'): number {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < 1 || value > max) throw new Problem(code);
  return value;
}
