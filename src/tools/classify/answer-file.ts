import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, type WriteStream } from 'node:fs';
import { truncate } from 'node:fs/promises';
import type { Scores } from '../../engine/index.js';
import { messageOf } from '../../message-of.js';
import { ToolError } from '../tool-error.js';
import type { AnswerFormat, Refusal } from './answer-format.js';

/** A path and 100 labels fit many times. */
const MAX_RECORD_CHARACTERS = 1024 * 1024;

/** What an earlier run has left. */
export interface EarlierAnswers {
  readonly paths: ReadonlySet<string>;
  readonly errors: number;
}

/** The file that gets one record for each image, in the order in which the images are done. */
export class AnswerFile {
  readonly earlier: EarlierAnswers;
  readonly #format: AnswerFormat;
  readonly #stream: WriteStream;
  #failure: Error | undefined;

  private constructor(file: string, format: AnswerFormat, earlier: EarlierAnswers) {
    this.#format = format;
    this.earlier = earlier;
    this.#stream = createWriteStream(file, { flags: 'a' });
    // Each image in flight may wait for room.
    this.#stream.setMaxListeners(0);
    this.#stream.on('error', (error) => {
      this.#failure = error;
    });
  }

  /**
   * Opens the file to append to it. Reads what an earlier run has left there, and removes a last record that was not
   * written to its end.
   *
   * @throws {ToolError} the file contains something else, or cannot be written
   */
  static async open(file: string, format: AnswerFormat): Promise<AnswerFile> {
    const found = existsSync(file) ? await readEarlier(file, format) : undefined;
    const answers = new AnswerFile(file, format, found ?? { paths: new Set(), errors: 0 });
    if (!found?.hasHead) await answers.#append(format.head);
    return answers;
  }

  /**
   * Resolves when there is room for more.
   *
   * @throws {ToolError} the file cannot be written
   */
  write(path: string, answer: Scores | Refusal): Promise<void> {
    return this.#append(this.#format.record(path, answer));
  }

  async #append(record: string): Promise<void> {
    if (!this.#stream.write(record) && !this.#failure) {
      await once(this.#stream, 'drain').catch(() => {});
    }
    this.#check();
  }

  /** @throws {ToolError} not everything could be written */
  async close(): Promise<void> {
    this.#stream.end();
    if (!this.#stream.closed) await once(this.#stream, 'close').catch(() => {});
    this.#check();
  }

  #check(): void {
    if (!this.#failure) return;
    throw new ToolError(`cannot write ${this.#stream.path}: ${messageOf(this.#failure)}`);
  }
}

async function readEarlier(file: string, format: AnswerFormat) {
  const paths = new Set<string>();
  let errors = 0;
  let hasHead = false;
  const refuse = (): never => {
    throw new ToolError(
      `${file} contains something other than answers of this model for as many classes; choose another --out`,
    );
  };
  const note = (record: string) => {
    if (!hasHead && format.head !== '') {
      if (record !== format.head) refuse();
      hasHead = true;
      return;
    }
    const { path, isError } = format.read(record) ?? refuse();
    paths.add(path);
    if (isError) errors++;
  };
  const { wholeBytes, torn } = await eachRecord(file, format, note);
  const isOurs = wholeBytes > 0 || torn.startsWith(format.start) || format.start.startsWith(torn);
  if (!isOurs) refuse();
  await truncate(file, wholeBytes);
  return { paths, errors, hasHead };
}

/**
 * Calls `note` with each whole record of a file, with its line end.
 *
 * @returns the number of bytes of all whole records, and what follows them
 */
async function eachRecord(
  file: string,
  { hasQuotedLineEnds }: AnswerFormat,
  note: (record: string) => void,
): Promise<{ readonly wholeBytes: number; readonly torn: string }> {
  const whole = hasQuotedLineEnds ? /^(?:[^"\n]|"[^"]*")*\n/ : /^[^\n]*\n/;
  let wholeBytes = 0;
  let torn = '';
  for await (const chunk of createReadStream(file, { encoding: 'utf8' })) {
    torn += chunk;
    for (;;) {
      const record = whole.exec(torn)?.[0];
      if (record === undefined) break;
      torn = torn.slice(record.length);
      wholeBytes += Buffer.byteLength(record);
      note(record);
    }
    // No record is so long, so this is another file.
    if (torn.length > MAX_RECORD_CHARACTERS) return { wholeBytes: 0, torn };
  }
  return { wholeBytes, torn };
}
