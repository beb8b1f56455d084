import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../problem/problem.js';

/** The options of a request. */
export interface RequestOptions {
  readonly topK: number;
  readonly timeoutMs: number;
}

const DEFAULT_TOP_K = 5;
export const MAX_TOP_K = 100;
const MAX_TIMEOUT_MS = 600_000;

/**
 * Reads `?top_k=` and X-Request-Timeout-Ms and checks the headers that describe the body.
 *
 * @param allowed the query parameters that the path accepts
 * @param mayBeGzip whether the path accepts `Content-Encoding: gzip`
 * @throws {Problem} invalid_query, invalid_header, or unsupported_media_type for a Content-Encoding that
 * the path does not accept
 */
export function readRequestOptions(
  query: Readonly<Record<string, string>>,
  allowed: readonly string[],
  headers: IncomingHttpHeaders,
  defaultTimeoutMs: number,
  mayBeGzip = false,
): RequestOptions {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && !(mayBeGzip && encoding.toLowerCase() === 'gzip')) {
    const accepted = mayBeGzip ? 'gzip, identity' : 'identity';
    throw new Problem('unsupported_media_type', { 'Accept-Encoding': accepted });
  }
  for (const name in query) if (!allowed.includes(name)) throw new Problem('invalid_query');
  const topK = query['top_k'];
  const timeout = headers['x-request-timeout-ms'];
  return {
    topK: topK === undefined ? DEFAULT_TOP_K : wholeNumber(topK, MAX_TOP_K, 'invalid_query'),
    timeoutMs:
      timeout === undefined
        ? defaultTimeoutMs
        : wholeNumber(String(timeout), MAX_TIMEOUT_MS, 'invalid_header'),
  };
}

function wholeNumber(text: string, max: number, code: 'invalid_query' | 'invalid_header'): number {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < 1 || value > max) throw new Problem(code);
  return value;
}
