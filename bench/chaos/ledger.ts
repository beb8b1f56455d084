import type { Answer } from './answer-reader.js';
import type { Connection, Ending } from './connection.js';
import type { Door, Result } from './doors.js';
import type { Fates } from './fates.js';
import type { ClientKind } from './plan.js';
import type { References } from './references.js';
import type { Verdict } from './verdict.js';

/** A client that has no answer this long after the deadline of its request has been forgotten. */
const MARGIN_MS = 30_000;
/** The deadline of a request that names none. */
export const DEADLINE_MS = 10_000;

/** As many images as a request may carry, for one that nobody knows what it contains. */
const UNKNOWN_IMAGES = 64;

/** A request as a client sent it, and what it may expect. */
export interface Ask {
  readonly kind: ClientKind;
  readonly request: Buffer;
  /** Statuses that it deserves besides 503 and 504. */
  readonly statuses: readonly number[];
  /** For an answer of 200: the door, and the images by their numbers; -1 is one that cannot be decoded. */
  readonly images?: { readonly door: Door; readonly numbers: readonly number[] };
  readonly deadlineMs?: number;
  /** Whether the connection may be closed without an answer, because the client does not behave well. */
  readonly mayBeCut?: boolean;
}

/** What happened between two quiet points. */
export interface Sums {
  /** Requests that the server may have seen, and the images in them. */
  sent: number;
  images: number;
  /** Images with a result that a client received. */
  results: number;
  /** Good requests answered 200, and others. */
  good: number;
  goodOther: number;
}

/** Sends the requests of all clients, sees how each ends, and checks that. */
export class Ledger {
  /** Number of requests by kind of client and ending. */
  readonly endings = new Map<ClientKind, Map<string, number>>();
  resultsCompared = 0;
  /** Requests sent before this time may not be cut, though the program is ending. */
  endingSinceMs = Number.POSITIVE_INFINITY;
  /** Of the program that runs. */
  fates: Fates | undefined;
  #sums = zero();
  readonly #verdict: Verdict;
  readonly #references: References;

  constructor(verdict: Verdict, references: References) {
    this.#verdict = verdict;
    this.#references = references;
  }

  /** The sums since they were last taken. */
  get sums(): Readonly<Sums> {
    return this.#sums;
  }

  takeSums(): Sums {
    const sums = this.#sums;
    this.#sums = zero();
    return sums;
  }

  /** Sends a request in one piece and checks how it ends. */
  async exchange(connection: Connection, ask: Ask): Promise<Ending> {
    connection.write(ask.request);
    return await this.ending(connection, ask);
  }

  /** Waits for the end of a request that has been sent since `sentMs`, and checks it. */
  async ending(connection: Connection, ask: Ask, sentMs = performance.now()): Promise<Ending> {
    this.sent(ask);
    const ending = await connection.answer((ask.deadlineMs ?? DEADLINE_MS) + MARGIN_MS);
    this.tally(ask.kind, typeof ending === 'string' ? ending : String(ending.status));
    if (this.#verdict.signal.aborted) return ending;
    this.#verdict.check(
      'answered',
      ending !== 'hung',
      () => `a ${ask.kind} request had no answer ${MARGIN_MS / 1000} s after its deadline`,
      () => ({ 'request.bin': ask.request }),
    );
    if (typeof ending === 'string') this.#checkCut(ending, connection, ask, sentMs);
    else this.#checkAnswer(ending, ask);
    return ending;
  }

  /** Counts a request whose answer the client does not wait for, too. */
  sent(ask: Ask): void {
    this.#sums.sent++;
    this.#sums.images += ask.images?.numbers.length ?? UNKNOWN_IMAGES;
  }

  tally(kind: ClientKind, ending: string): void {
    const ofKind = this.endings.get(kind) ?? new Map<string, number>();
    this.endings.set(kind, ofKind);
    ofKind.set(ending, (ofKind.get(ending) ?? 0) + 1);
  }

  #checkCut(ending: Ending, connection: Connection, ask: Ask, sentMs: number): void {
    const { openedMs, isAnnouncedOver } = connection;
    if (ask.kind === 'good') this.#sums.goodOther++;
    if (ask.mayBeCut || isAnnouncedOver) return;
    const now = performance.now();
    const mayBeCut = sentMs >= this.endingSinceMs || this.fates?.mayBeCut(openedMs, now);
    this.#verdict.check(
      'connections',
      mayBeCut === true,
      () =>
        `the connection of a ${ask.kind} client was ${ending} after ${Math.round(now - sentMs)} ms, though no process had been killed`,
      () => ({ 'request.bin': ask.request }),
    );
  }

  #checkAnswer(answer: Answer, ask: Ask): void {
    const { status, headers, body } = answer;
    const files = () => ({ 'request.bin': ask.request, 'answer.txt': textOf(answer) });
    const isRefusal = status === 503 || status === 504;
    this.#verdict.check(
      'statuses',
      isRefusal || ask.statuses.includes(status),
      () => `a ${ask.kind} request was answered ${status}: ${body.toString().slice(0, 300)}`,
      files,
    );
    if (status === 503) {
      const isWellFormed =
        /^[1-9]\d*$/.test(headers.get('retry-after') ?? '') &&
        /^application\/(problem\+)?json/.test(headers.get('content-type') ?? '');
      this.#verdict.check(
        'refusals',
        isWellFormed,
        () => 'a request was answered 503 without Retry-After, or not as a problem',
        files,
      );
    }
    if (status === 200 && ask.images !== undefined) this.#checkResults(answer, ask.images, files);
    if (ask.kind !== 'good') return;
    if (status === 200) this.#sums.good++;
    else this.#sums.goodOther++;
  }

  #checkResults(
    answer: Answer,
    { door, numbers }: NonNullable<Ask['images']>,
    files: () => Record<string, string | Buffer>,
  ): void {
    let wrong: string | undefined;
    try {
      const results = door.read(answer);
      if (results.length !== numbers.length) wrong = `${results.length} results`;
      results.forEach((result, i) => {
        wrong ??= this.#wrongWith(result, numbers[i] ?? -1, door);
      });
    } catch (error) {
      wrong = `the answer cannot be read: ${String(error)}`;
    }
    this.#verdict.check(
      'answers',
      wrong === undefined,
      () => `${door.name}, images ${numbers.join(', ')}: ${wrong}`,
      files,
    );
  }

  #wrongWith(
    result: ReturnType<Door['read']>[number],
    image: number,
    door: Door,
  ): string | undefined {
    if ('error' in result) {
      const { status, code } = result.error;
      const isDeserved = status === 503 || status === 504 || (image === -1 && status === 400);
      return isDeserved ? undefined : `image ${image} was refused with ${status} ${code}`;
    }
    if (image === -1) return 'an image that cannot be decoded has a result';
    this.#sums.results++;
    this.resultsCompared++;
    const difference = this.#references.difference(image, door, result as Result);
    return difference === undefined ? undefined : `image ${image}: ${difference}`;
  }
}

function zero(): Sums {
  return { sent: 0, images: 0, results: 0, good: 0, goodOther: 0 };
}

function textOf({ status, headers, body }: Answer): string {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`);
  return [status, ...lines, '', body.toString('latin1')].join('\n');
}
