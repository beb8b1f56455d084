import { type Problem, problemBody } from '../../problem/problem.js';

export const PROBLEM_JSON = 'application/problem+json';

/** An RFC 9457 answer. If `close` is true, the connection is closed after it. */
export function problemResponse(
  problem: Problem,
  requestId: string,
  close: boolean,
  type: string,
): Response {
  const headers: Record<string, string> = {
    'Content-Type': type,
    'X-Request-Id': requestId,
    ...problem.headers,
  };
  if (close) headers['Connection'] = 'close';
  return new Response(problemBody(problem.code, requestId), { status: problem.status, headers });
}
