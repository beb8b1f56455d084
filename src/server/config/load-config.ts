import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { issueText } from '../../issue-text.js';
import { messageOf } from '../../message-of.js';
import { parseJson } from '../../parse-json.js';
import { type Config, configSchema } from './config.js';
import { StartError } from './start-error.js';

const DEFAULT_FILE = 'batch-dispatch.json';
const PROJECT = fileURLToPath(new URL('../../../..', import.meta.url));

export const USAGE = `Usage: npm start -- [--config FILE] [--model DIR ...] [--help]

  --config FILE   configuration, JSON (default: ${DEFAULT_FILE} in the current folder, if there)
  --model DIR     folder with model.onnx, labels.txt and model.json; more than once for several models
  --help          print this and exit

Environment: HOST and PORT override server.host and server.port.
Every key of the configuration: docs/configuration.md
`;

const options = {
  config: { type: 'string' },
  model: { type: 'string', multiple: true },
  help: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

/**
 * The configuration from the command line, the environment and the file, in this order of precedence, with
 * `models` as absolute paths; or 'help' if `--help` was given.
 *
 * @throws {StartError} naming the key or file that is wrong
 */
export function loadConfig(argv: readonly string[], env: NodeJS.ProcessEnv): Config | 'help' {
  const flags = parseFlags(argv);
  if (flags.help) return 'help';
  const file = flags.config ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  const input = file === undefined ? {} : readJson(file);
  const config = parse(input, file ?? 'configuration');
  const folder = file === undefined ? PROJECT : dirname(resolve(file));
  const models =
    flags.model?.map((path) => resolve(path)) ?? config.models.map((path) => resolve(folder, path));
  const host = env['HOST'] || config.server.host;
  const port = env['PORT'] ? parsePort(env['PORT']) : config.server.port;
  return { ...config, models, server: { ...config.server, host, port } };
}

/** The path of the configuration file that `loadConfig` reads if it exists. */
export function configFile(argv: readonly string[]): string {
  return resolve(parseFlags(argv).config ?? DEFAULT_FILE);
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (cause) {
    const message = messageOf(cause);
    throw new StartError(`${message.split('. ')[0]}; see --help`, { cause });
  }
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFile(file);
  } catch (cause) {
    if (cause instanceof StartError) throw cause;
    throw new StartError(`cannot read the configuration file ${file}`, { cause });
  }
  try {
    // Some editors on Windows write a byte order mark first.
    return parseJson(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new StartError(`${file} is ${messageOf(cause)}`, { cause });
  }
}

/** A pipe or a device could make the reader wait for ever, so only a regular file is read. */
function readFile(file: string): string {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (fstatSync(descriptor).isFile()) return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
  throw new StartError(`the configuration ${file} is not a file`);
}

function parse(input: unknown, file: string): Config {
  const result = configSchema.safeParse(input);
  if (result.success) return result.data;
  throw new StartError(`${file}: ${result.error.issues.map(issueText).join('; ')}`);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new StartError(`PORT must be a whole number from 0 to 65535, not "${text}"`);
}
