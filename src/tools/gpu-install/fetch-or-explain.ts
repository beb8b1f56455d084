import { ToolError } from '../tool-error.js';

/** @throws {ToolError} no answer, or one that is not 200 */
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
  throw new ToolError(`${url} answers with status ${response.status}`);
}

/** fetch says no more than "fetch failed"; what happened is its cause. */
function reason(error: unknown): string {
  const { cause, message } = error as Error & { cause?: Error & { code?: string } };
  return cause?.code ?? cause?.message ?? message;
}
