/**
 * Parses JSON that a person has written.
 *
 * @throws {SyntaxError} whose message names the line: "not valid JSON, see line 3"
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`not valid JSON, see line ${lineOfError(text)}`, { cause });
  }
}

/** The first line that cannot be part of any JSON text; the last line if the text only ends too early. */
function lineOfError(text: string): number {
  const lines = text.split(/(?<=\n)/);
  let [low, high] = [1, Math.max(1, lines.length)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (canGoOn(lines.slice(0, middle).join(''))) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether the text is JSON, or could become JSON if more text followed: then the parser fails only at its end. */
function canGoOn(start: string): boolean {
  try {
    JSON.parse(start);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const [, position] = /at position (\d+)/.exec(message) ?? [];
    return message.startsWith('Unexpected end') || Number(position) === start.length;
  }
}
