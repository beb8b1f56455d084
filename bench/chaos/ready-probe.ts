import type { Random } from '../../test/helpers/mutate.js';
import { plainAsk } from './asks.js';
import { decreased } from './books.js';
import type { Scene } from './clients.js';
import { Connection } from './connection.js';
import type { Fates } from './fates.js';
import { scrape } from './read-page.js';
import type { Verdict } from './verdict.js';

/** What the prober has seen of one program. */
export class ReadyProbe {
  /** The last reading of /metrics. */
  #metrics: string | undefined;
  readonly #verdict: Verdict;
  readonly #fates: Fates;

  constructor(verdict: Verdict, fates: Fates) {
    this.#verdict = verdict;
    this.#fates = fates;
  }

  /**
   * Asks again and again whether the server is ready. If it says so, a good request on a new connection must not be
   * refused because it is not. Reads the metrics in between, as Prometheus does.
   */
  async run(scene: Scene, random: Random): Promise<void> {
    while (!scene.isOver()) {
      const askedMs = performance.now();
      const ready = await scrape(scene.port, '/v2/health/ready');
      if (ready?.status === 200 && !scene.isOver()) await this.#try(scene, random, askedMs);
      if (random(4) === 0) this.sawMetrics((await scrape(scene.port, '/metrics'))?.text);
      await scene.pause(50 + random(100));
    }
  }

  /** No counter may be lower than in an earlier reading. */
  sawMetrics(text: string | undefined): void {
    if (text === undefined) return;
    const before = this.#metrics;
    this.#metrics = text;
    if (before === undefined) return;
    const wrong = decreased(before, text);
    this.#verdict.check(
      'counters',
      wrong === undefined,
      () => `a counter decreased: ${wrong}`,
      () => ({ 'metrics-before.txt': before, 'metrics.txt': text }),
    );
  }

  async #try(scene: Scene, random: Random, askedMs: number): Promise<void> {
    const connection = new Connection(scene.port);
    const ending = await scene.ledger.exchange(
      connection,
      plainAsk('good', random, scene.references),
    );
    connection.close();
    const isNotReady =
      typeof ending !== 'string' &&
      ending.status === 503 &&
      ending.body.includes('"engine_unavailable"');
    // The last warm process may have been killed in the meantime.
    const isExcused = this.#fates.coldMs >= askedMs;
    this.#verdict.check(
      'ready',
      !isNotReady || isExcused,
      () => 'ready said 200, and then a good request was refused because the server is not ready',
    );
  }
}
