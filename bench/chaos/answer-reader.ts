/** An HTTP answer as a client receives it. */
export interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

const HEAD_END = '\r\n\r\n';
const LINE_END = '\r\n';

/** Splits the bytes of a connection into HTTP/1.1 answers. */
export class AnswerReader {
  #bytes: Buffer = Buffer.alloc(0);
  #isLast = false;

  /** Whether the last answer has said that the connection will be closed. */
  get isLast(): boolean {
    return this.#isLast;
  }

  /** @returns the answers that are complete with these bytes */
  read(bytes: Buffer): Answer[] {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    const answers: Answer[] = [];
    for (let answer = this.#next(); answer !== undefined; answer = this.#next()) {
      // 100 Continue and its like come before the answer.
      if (answer.status >= 200) answers.push(answer);
    }
    return answers;
  }

  #next(): Answer | undefined {
    const headEnd = this.#bytes.indexOf(HEAD_END);
    if (headEnd === -1) return undefined;
    const [statusLine = '', ...lines] = this.#bytes.toString('latin1', 0, headEnd).split(LINE_END);
    const headers = new Map(
      lines.map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const bodyStart = headEnd + HEAD_END.length;
    const read =
      headers.get('transfer-encoding') === 'chunked'
        ? readChunks(this.#bytes, bodyStart)
        : readLength(this.#bytes, bodyStart, Number(headers.get('content-length') ?? 0));
    if (read === undefined) return undefined;
    this.#bytes = this.#bytes.subarray(read.end);
    this.#isLast ||= headers.get('connection') === 'close';
    return { status: Number(statusLine.split(' ')[1]), headers, body: read.body };
  }
}

interface Body {
  readonly body: Buffer;
  /** Where the bytes of the next answer begin. */
  readonly end: number;
}

function readLength(bytes: Buffer, start: number, length: number): Body | undefined {
  const end = start + length;
  return bytes.length < end ? undefined : { body: Buffer.from(bytes.subarray(start, end)), end };
}

function readChunks(bytes: Buffer, start: number): Body | undefined {
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const sizeEnd = bytes.indexOf(LINE_END, at);
    if (sizeEnd === -1) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, sizeEnd), 16);
    const chunkStart = sizeEnd + LINE_END.length;
    const end = chunkStart + size + LINE_END.length;
    if (bytes.length < end) return undefined;
    if (size === 0) return { body: Buffer.concat(chunks), end };
    chunks.push(bytes.subarray(chunkStart, chunkStart + size));
    at = end;
  }
}
