import { ToolError } from '../tool-error.js';

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Fetches by https, or by http from this machine.
 *
 * @throws {ToolError} the scheme is another one, also after a redirect; there is no answer, or its status is not 200
 */
export async function fetchOrExplain(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  checkScheme(url);
  let response: Response;
  try {
    response = await fetch(url, { headers });
  } catch (error) {
    throw new ToolError(`${url} cannot be reached: ${reason(error)}`, { cause: error });
  }
  checkScheme(response.url);
  if (response.status === 200) return response;
  throw new ToolError(`${url} answered with status ${response.status}`);
}

/** The message of fetch is only "fetch failed"; its cause has the reason. */
function reason(error: unknown): string {
  const { cause, message } = error as Error & { cause?: Error & { code?: string } };
  return cause?.code ?? cause?.message ?? message;
}

function checkScheme(url: string): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))) return;
  throw new ToolError(`${url} is not an https address`);
}
