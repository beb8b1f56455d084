import { HelpWanted, UsageError } from './read-flags.js';
import { ToolError } from './tool-error.js';

/**
 * Runs a command and prints what ends it: the answer to `--help`, or the one sentence of an error. The exit code is 2 if
 * the command was called in a wrong way, and 1 if it could not do its work.
 *
 * @param known errors whose message is for the operator, besides ToolError
 */
export async function runTool(
  main: () => Promise<void>,
  known: readonly (abstract new (...args: never[]) => Error)[] = [],
): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (error instanceof HelpWanted) console.log(error.message);
    else if (error instanceof UsageError) fail(error, 2);
    else if ([ToolError, ...known].some((kind) => error instanceof kind)) fail(error, 1);
    else throw error;
  }
}

function fail(error: unknown, code: number): void {
  console.error((error as Error).message);
  process.exitCode = code;
}
