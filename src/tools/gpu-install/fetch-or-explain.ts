import { ToolError } from '../tool-error.js';

/** @throws {ToolError} there is no answer, or its status is not 200 */
export async function fetchOrExplain(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers });
  } catch (error) {
    throw new ToolError(`${url} cannot be reached: ${reason(error)}`, { cause: error });
  }
  if (response.status === 200) return response;
  throw new ToolError(`${url} answered with status ${response.status}`);
}

/** The message of fetch is only "fetch failed"; its cause has the reason. */
function reason(error: unknown): string {
  const { cause, message } = error as Error & { cause?: Error & { code?: string } };
  return cause?.code ?? cause?.message ?? message;
}
