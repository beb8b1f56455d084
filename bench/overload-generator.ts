import { readFileSync } from 'node:fs';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { LoadFigures, LoadSetup } from './overload/messages.js';
import { coreWaitSeconds } from './tools/core-wait.js';
import { quantile } from './tools/quantile.js';

// Independent clients: requests are sent as a Poisson process, whether or not earlier ones have been answered, and
// each is timed from its scheduled send time. A loop that waits for answers would slow down with the server and hide
// the length of a queue. bench:overload runs this in a separate process, so that it shares no event loop with the
// server.

const BOUNDARY = 'image';

/** The image itself, or a form with `count` of it. */
function bodyOf(image: Buffer, count: number): Buffer {
  if (count === 1) return image;
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="image"\r\n\r\n`;
  const parts = Array.from({ length: count }, () => [
    Buffer.from(head),
    image,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...parts.flat(), Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

class Generator {
  readonly #setup: LoadSetup;
  readonly #bodies: readonly Buffer[];
  readonly #agent: Agent;
  readonly #endings: Record<string, number> = {};
  readonly #answeredMs: number[] = [];
  readonly #refusedMs: number[] = [];
  readonly #lateMs: number[] = [];
  readonly #connectMs: number[] = [];
  #connections = 0;
  #malformedRefusals = 0;
  #sent = 0;
  #ended = 0;

  constructor(setup: LoadSetup, agent: Agent) {
    this.#setup = setup;
    this.#bodies = setup.images.map((image) => bodyOf(readFileSync(image), setup.imagesPerRequest));
    this.#agent = agent;
  }

  async run(): Promise<LoadFigures> {
    const { requestsPerSecond, seconds, timeoutMs } = this.#setup;
    const waitBefore = coreWaitSeconds();
    const cpuBefore = process.cpuUsage();
    const startedMs = performance.now();
    const endMs = startedMs + seconds * 1000;
    if (requestsPerSecond === undefined) await this.#waitForAnswers(endMs);
    else await this.#sendAtRate(requestsPerSecond, startedMs, endMs);
    const sentSeconds = Math.max(seconds, (performance.now() - startedMs) / 1000);
    const { user, system } = process.cpuUsage(cpuBefore);
    const coreWait = (coreWaitSeconds() - waitBefore) / sentSeconds;
    while (this.#ended < this.#sent) await passed(10);
    const inTime = this.#answeredMs.filter((ms) => ms <= timeoutMs).length;
    return {
      sent: this.#sent,
      requestsPerSecond: this.#sent / sentSeconds,
      sentShare: seconds / sentSeconds,
      goodput: inTime / sentSeconds,
      endings: this.#endings,
      answeredP50Ms: quantile(this.#answeredMs, 0.5),
      answeredP99Ms: quantile(this.#answeredMs, 0.99),
      refusedP50Ms: quantile(this.#refusedMs, 0.5),
      refusedP99Ms: quantile(this.#refusedMs, 0.99),
      malformedRefusals: this.#malformedRefusals,
      lateP99Ms: quantile(this.#lateMs, 0.99),
      connectP99Ms: quantile(this.#connectMs, 0.99),
      connections: this.#connections,
      cores: (user + system) / 1e6 / sentSeconds,
      coreWait,
    };
  }

  async #sendAtRate(requestsPerSecond: number, startedMs: number, endMs: number): Promise<void> {
    let nextMs = startedMs;
    for (;;) {
      nextMs += (-Math.log(1 - Math.random()) * 1000) / requestsPerSecond;
      if (nextMs >= endMs) break;
      const aheadMs = nextMs - performance.now();
      if (aheadMs > 0) await passed(aheadMs);
      void this.#send(nextMs);
    }
  }

  async #waitForAnswers(endMs: number): Promise<void> {
    const client = async () => {
      while (performance.now() < endMs) await this.#send(performance.now());
    };
    await Promise.all(Array.from({ length: this.#setup.clients }, client));
  }

  /** Resolves when the request has ended, in whatever way. */
  #send(meantMs: number): Promise<void> {
    const { url, timeoutMs, imagesPerRequest } = this.#setup;
    const body = this.#bodies[this.#sent++ % this.#bodies.length] as Buffer;
    const madeMs = performance.now();
    this.#lateMs.push(madeMs - meantMs);
    const headers = {
      'Content-Length': body.length,
      'Content-Type':
        imagesPerRequest > 1 ? `multipart/form-data; boundary=${BOUNDARY}` : 'image/jpeg',
      'X-Request-Timeout-Ms': timeoutMs,
    };
    const sending = request(`${url}/api/classify`, {
      method: 'POST',
      agent: this.#agent,
      headers,
    });
    sending.once('socket', (socket) => {
      const connected = () => this.#connectMs.push(performance.now() - madeMs);
      if (!socket.connecting) {
        connected();
        return;
      }
      this.#connections++;
      socket.once('connect', connected);
    });
    sending.end(body);
    return this.#await(sending, meantMs);
  }

  #await(sending: ClientRequest, meantMs: number): Promise<void> {
    return new Promise((resolve) => {
      let isOver = false;
      const end = (how: string) => {
        if (isOver) return;
        isOver = true;
        this.#ended++;
        this.#endings[how] = (this.#endings[how] ?? 0) + 1;
        resolve();
      };
      const fail = (error: NodeJS.ErrnoException) => end(error.code ?? error.message);
      sending.on('error', fail);
      sending.once('response', (response) => {
        response.on('error', fail);
        let hasErrors = false;
        response.on('data', (chunk: Buffer) => {
          hasErrors ||= chunk.includes('"error"');
        });
        response.once('end', () => {
          // An answered form may hold images without an answer.
          const isPartial = hasErrors && response.statusCode === 200;
          if (!isPartial) this.#see(response, performance.now() - meantMs);
          end(isPartial ? 'partial' : String(response.statusCode));
        });
      });
    });
  }

  #see(response: IncomingMessage, ms: number): void {
    const { statusCode, headers } = response;
    if (statusCode === 200) this.#answeredMs.push(ms);
    // A 504 without Retry-After belongs to an image that was accepted.
    const isRefusal = statusCode === 503 || (statusCode === 504 && 'retry-after' in headers);
    if (!isRefusal) return;
    this.#refusedMs.push(ms);
    if (!isWellFormed(response)) this.#malformedRefusals++;
  }
}

function isWellFormed({ headers }: IncomingMessage): boolean {
  return (
    /^[1-9]\d*$/.test(headers['retry-after'] ?? '') &&
    headers['content-type'] === 'application/problem+json'
  );
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const setup = JSON.parse(process.argv[2] ?? '') as LoadSetup;
const { warmSeconds, keepAlive } = setup;
// A client that has to wait for a socket is not independent.
const agent = new Agent({ keepAlive, maxFreeSockets: Number.POSITIVE_INFINITY });
if (warmSeconds > 0) await new Generator({ ...setup, seconds: warmSeconds }, agent).run();
const figures = await new Generator(setup, agent).run();
agent.destroy();
process.send?.(figures);
