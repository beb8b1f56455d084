import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  rmSync,
  type WriteStream,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How much of the server's log is kept in memory. */
const LOG_BYTES = 1024 * 1024;

/** Keeps what happened, so that a broken promise can be explained. */
export class Evidence {
  readonly folder: string;
  readonly #isTemporary: boolean;
  readonly #startedMs = performance.now();
  readonly #events: WriteStream;
  #log: Buffer[] = [];
  #logBytes = 0;

  /** @param folder where to keep it; by default a temporary folder, which is removed if nothing broke */
  constructor(folder: string | undefined) {
    this.#isTemporary = folder === undefined;
    this.folder = folder ?? mkdtempSync(join(tmpdir(), 'chaos-'));
    mkdirSync(this.folder, { recursive: true });
    this.#events = createWriteStream(join(this.folder, 'events.jsonl'));
  }

  /** Adds a line to events.jsonl. */
  note(event: string, what: object = {}): void {
    const seconds = Number(((performance.now() - this.#startedMs) / 1000).toFixed(3));
    this.#events.write(`${JSON.stringify({ seconds, event, ...what })}\n`);
  }

  /** Keeps the end of the server's log. */
  log(bytes: Buffer): void {
    this.#log.push(bytes);
    this.#logBytes += bytes.length;
    while (this.#logBytes > LOG_BYTES) this.#logBytes -= this.#log.shift()?.length ?? 0;
  }

  keep(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(this.folder, name), content);
    }
  }

  /** @param isWanted whether something broke */
  async close(isWanted: boolean): Promise<void> {
    if (isWanted) this.keep({ 'log.jsonl': Buffer.concat(this.#log) });
    await new Promise<void>((resolve) => this.#events.end(resolve));
    if (!isWanted && this.#isTemporary) rmSync(this.folder, { recursive: true });
  }
}
