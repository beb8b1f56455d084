import { type ParseArgsConfig, parseArgs } from 'node:util';
import { distance } from 'fastest-levenshtein';
import { messageOf } from '../message-of.js';

/** The command was called in a wrong way. The message is for the operator. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The operator asks how a command is called. The message is the answer. */
export class HelpWanted extends Error {
  override readonly name = 'HelpWanted';
}

/** A name that differs in more letters than this is another name, not a misspelt one. */
const MAX_MISSPELT = 3;

/**
 * Reads the flags of a command.
 *
 * @param usage the answer to `--help` and `-h`
 * @throws {HelpWanted}
 * @throws {UsageError} a flag is unknown or has no value; the message names the nearest one
 */
export function readFlags<Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  const args = config.args ?? process.argv.slice(2);
  const end = args.indexOf('--');
  const flags = end === -1 ? args : args.slice(0, end);
  if (flags.some((arg) => arg === '--help' || arg === '-h')) throw new HelpWanted(usage);
  try {
    return parseArgs(config);
  } catch (error) {
    const message = messageOf(error).split('. ')[0] ?? '';
    const unknown = /^Unknown option '--([^']*)'/.exec(message)?.[1];
    const near = unknown === undefined ? undefined : nearest(unknown, config.options ?? {});
    const hint = near === undefined ? '' : `; did you mean --${near}?`;
    throw new UsageError(`${message}${hint}\n--help lists the flags.`, { cause: error });
  }
}

/** The name that looks most like `text`; undefined if none looks like it. */
export function nearest(text: string, names: object): string | undefined {
  const [best] = Object.keys(names)
    .map((name) => ({ name, misspelt: distance(text, name) }))
    .sort((a, b) => a.misspelt - b.misspelt);
  return best !== undefined && best.misspelt <= MAX_MISSPELT ? best.name : undefined;
}
