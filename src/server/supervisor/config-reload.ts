import { existsSync, unwatchFile, watchFile } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/config.js';
import { StartError } from '../config/start-error.js';

/** How often the file is checked. Polling works on every file system and through links; file events do not. */
const LOOK_INTERVAL_MS = 500;

export interface ConfigReloadOptions {
  readonly file: string;
  readonly config: Config;
  /** @throws {StartError} naming what is wrong with the file */
  readonly load: () => Config;
  /** Called with the new configuration when `batching` has changed. */
  readonly apply: (config: Config) => void;
  readonly say: (line: string) => void;
}

/**
 * Reloads the configuration when its file changes or when asked to. Changes in `batching` are applied; other changes
 * need a restart; an invalid file changes nothing.
 */
export class ConfigReload {
  readonly #options: ConfigReloadOptions;
  /** The configuration as last read from the file; and the current one, of which only `batching` changes. */
  #read: Config;
  #config: Config;
  /** Whether changes are applied; before the server is ready, the limits of its engine are not known. */
  #hasBegun = false;
  #isMissed = false;
  /** Whether the configuration came from the file, and not from the defaults because there was none. */
  #isFromFile: boolean;

  constructor(options: ConfigReloadOptions) {
    this.#options = options;
    this.#read = options.config;
    this.#config = options.config;
    this.#isFromFile = existsSync(options.file);
    watchFile(options.file, { interval: LOOK_INTERVAL_MS, persistent: false }, ({ mtimeMs }) => {
      // 0 means that the file does not exist, perhaps only for a moment while an editor replaces it.
      if (mtimeMs > 0) this.reload();
    });
  }

  /** Called when the server is ready. */
  begin(): void {
    this.#hasBegun = true;
    if (this.#isMissed) this.reload();
  }

  /** Reloads the file; before `begin`, the reload is postponed until then. */
  reload(): void {
    if (!this.#hasBegun) {
      this.#isMissed = true;
      return;
    }
    const { load, apply, say, file } = this.#options;
    const isThere = existsSync(file);
    if (this.#isFromFile && !isThere) {
      say(`configuration not reloaded: ${file} does not exist any more`);
      return;
    }
    let read: Config;
    try {
      read = load();
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      say(`configuration not reloaded: ${error.message}`);
      return;
    }
    const changes = differences(this.#read, read);
    this.#read = read;
    this.#isFromFile = isThere;
    if (changes.length === 0) say(`configuration reloaded, nothing changed: ${file}`);
    for (const { path, text } of changes) {
      const isLive = path.startsWith('batching.');
      say(
        isLive ? `configuration changed: ${text}` : `configuration change needs a restart: ${text}`,
      );
    }
    if (isDeepStrictEqual(this.#config.batching, read.batching)) return;
    this.#config = { ...this.#config, batching: read.batching };
    apply(this.#config);
  }

  close(): void {
    unwatchFile(this.#options.file);
  }
}

interface Difference {
  readonly path: string;
  readonly text: string;
}

function differences(before: unknown, after: unknown, path = ''): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isRecord(before) || !isRecord(after)) {
    return [{ path, text: `${path} ${JSON.stringify(before)} -> ${JSON.stringify(after)}` }];
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differences(before[key], after[key], path === '' ? key : `${path}.${key}`),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
