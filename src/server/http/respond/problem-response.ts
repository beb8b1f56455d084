import { type Problem, problemBody } from '../../problem/problem.js';

/** An RFC 9457 answer. If `close` is true, the connection is closed after it. */
export function problemResponse(problem: Problem, requestId: string, close: boolean): Response {
  const headers: Record<string, string> = {
    'Content-Type': 'application/problem+json',
    'X-Request-Id': requestId,
    ...problem.headers,
  };
  if (close) headers['Connection'] = 'close';
  return new Response(problemBody(problem.code, requestId), { status: problem.status, headers });
}
