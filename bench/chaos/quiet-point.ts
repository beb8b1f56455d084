import { setTimeout as sleep } from 'node:timers/promises';
import { Books } from './books.js';
import type { Scene } from './clients.js';
import { Connection } from './connection.js';
import { CLASSIFY } from './doors.js';
import type { Evidence } from './evidence.js';
import type { Fates } from './fates.js';
import { Flatness, type Role } from './flatness.js';
import { footprintOf } from './footprint.js';
import { wrongLimits } from './limits.js';
import type { Sums } from './ledger.js';
import type { Batching } from './plan.js';
import type { Program } from './program.js';
import type { ReadyProbe } from './ready-probe.js';
import { scrape } from './read-page.js';
import type { Check, Verdict } from './verdict.js';

/** A busy machine may take long, so this is no measure of speed. */
const LIMIT_MS = 60_000;
const ASK_AGAIN_MS = 50;
/** Connections that are open at the same time, so that each process has some of them. */
const MODEL_QUESTIONS = 24;

export interface QuietPointOptions {
  readonly program: Program;
  readonly processes: number;
  readonly fates: Fates;
  readonly probe: ReadyProbe;
  readonly verdict: Verdict;
  readonly evidence: Evidence;
}

/** Checks a program while no client has a connection, and compares that with the last time. */
export class QuietPoints {
  readonly flatness = new Map<number, Flatness>();
  readonly #options: QuietPointOptions;
  #books: Books | undefined;
  #endedBefore = 0;

  constructor(options: QuietPointOptions) {
    this.#options = options;
  }

  /** @param batching the limits that should be in force; undefined for the defaults */
  async check(scene: Scene, sums: Sums, batching: Batching | undefined): Promise<void> {
    await this.#eventually('recovery', () => this.#notReady());
    await this.#eventually('books', () => this.#imbalance(sums));
    if (batching !== undefined) await this.#eventually('reload', () => this.#notReloaded(batching));
    await this.#eventually('descriptors', () => this.#tooManyDescriptors());
    this.#checkMemory();
    await this.#eventually('recovery', () => this.#notAnswered(scene));
    // What this point has asked itself must not count for the next.
    scene.ledger.takeSums();
    await this.#eventually('books', () => this.#imbalance(undefined));
  }

  /** Waits until nothing is wrong any more. */
  async #eventually(check: Check, wrong: () => Promise<string | undefined>): Promise<void> {
    const { verdict } = this.#options;
    if (verdict.signal.aborted) return;
    const endMs = performance.now() + LIMIT_MS;
    let problem = await wrong();
    while (problem !== undefined && performance.now() < endMs && !verdict.signal.aborted) {
      await sleep(ASK_AGAIN_MS);
      problem = await wrong();
    }
    if (verdict.signal.aborted) return;
    verdict.check(
      check,
      problem === undefined,
      () => `${LIMIT_MS / 1000} s after the last client: ${problem}`,
      () => ({ 'metrics.txt': this.#books?.text ?? '' }),
    );
  }

  async #notReady(): Promise<string | undefined> {
    const { program, processes, fates } = this.#options;
    if (fates.ended < fates.doomed) {
      return `${fates.doomed} processes were killed or stopped, and ${fates.ended} ends reported`;
    }
    const page = await scrape(program.port, '/v2/health/ready');
    if (page === undefined) return 'ready did not answer';
    const answer = JSON.parse(page.text) as { processes: { ready: number } };
    const { ready } = answer.processes;
    return ready === processes ? undefined : `${ready} of ${processes} processes are ready`;
  }

  async #imbalance(sums: Sums | undefined): Promise<string | undefined> {
    const { program, probe, fates } = this.#options;
    const page = await scrape(program.port, '/metrics');
    if (page?.status !== 200) return 'there are no metrics';
    probe.sawMetrics(page.text);
    const books = new Books(page.text);
    const before = this.#books;
    const isComparable = sums !== undefined && before && fates.ended === this.#endedBefore;
    const wrong = books.imbalance ?? (isComparable ? books.disagreement(before, sums) : undefined);
    if (wrong !== undefined) return wrong;
    if (sums === undefined) {
      this.#books = books;
      this.#endedBefore = fates.ended;
    }
    return undefined;
  }

  async #notReloaded(batching: Batching): Promise<string | undefined> {
    const { port } = this.#options.program;
    const connections = Array.from({ length: MODEL_QUESTIONS }, () => new Connection(port));
    const asking = connections.map((connection) => wrongLimits(connection, batching));
    return (await Promise.all(asking)).find((wrong) => wrong !== undefined);
  }

  #processes(): readonly (readonly [Role, number])[] {
    const { program } = this.#options;
    return [
      ['supervisor', program.pid],
      ...program.servingPids().map((pid) => ['serving', pid] as const),
    ];
  }

  #flatnessOf(role: Role, pid: number): Flatness {
    const known = this.flatness.get(pid) ?? new Flatness(role, pid);
    this.flatness.set(pid, known);
    return known;
  }

  async #tooManyDescriptors(): Promise<string | undefined> {
    for (const [role, pid] of this.#processes()) {
      const footprint = footprintOf(pid);
      const wrong = footprint && this.#flatnessOf(role, pid).tooManyDescriptors(footprint);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  #checkMemory(): void {
    const { verdict, evidence } = this.#options;
    if (verdict.signal.aborted) return;
    for (const [role, pid] of this.#processes()) {
      const footprint = footprintOf(pid);
      if (!footprint) continue;
      evidence.note('footprint', { role, pid, ...footprint });
      const wrong = this.#flatnessOf(role, pid).grows(footprint);
      verdict.check('memory', wrong === undefined, () => String(wrong));
    }
  }

  /** All images at once, so that each process has some of them. */
  async #notAnswered({ port, ledger, references }: Scene): Promise<string | undefined> {
    const asking = references.images.map(async (image, number) => {
      const connection = new Connection(port);
      const ending = await ledger.exchange(connection, {
        kind: 'good',
        request: CLASSIFY.request([image]),
        statuses: [200],
        images: { door: CLASSIFY, numbers: [number] },
      });
      return { connection, how: typeof ending === 'string' ? ending : `answered ${ending.status}` };
    });
    const ended = await Promise.all(asking);
    for (const { connection } of ended) connection.close();
    const wrong = ended.findIndex(({ how }) => how !== 'answered 200');
    return wrong === -1
      ? undefined
      : `image ${wrong} was ${ended[wrong]?.how}, though nothing else was asked for`;
  }
}
