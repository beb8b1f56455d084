import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { startGenerator } from '../tools/start-generator.js';
import { booksOff } from './books-off.js';
import type { FromServer, LoadFigures, LoadSetup, ServerFigures, ToServer } from './messages.js';
import type { Scenario } from './scenarios.js';

export interface RoundSetup {
  readonly scenario: Scenario;
  /** The load as a multiple of the peak. */
  readonly times: number;
  readonly seconds: number;
  readonly isProtected: boolean;
}

/** One server process: clients that wait for answers, then independent ones with `times` that rate, then with half of it. */
export interface RoundFigures {
  readonly peak: LoadFigures;
  readonly overload: LoadFigures;
  /** From the end of the overload on; the first two seconds do not count. */
  readonly after: LoadFigures;
  readonly server: ServerFigures;
  readonly booksOff: number;
}

const WARM_UP_SECONDS = 2;
const RECOVERY_SECONDS = 2;
/** Clients run on other machines, so the generator of the load goes before the server. */
const NICE = ['nice', '-n', '5'] as const;

export async function runRound(setup: RoundSetup): Promise<RoundFigures> {
  const { scenario, times, seconds, isProtected } = setup;
  const server = startServer({ ...scenario.server, isProtected });
  try {
    const { url } = await next(server, 'listening');
    const { images, imagesPerRequest, timeoutMs, keepAlive, clients } = scenario;
    const usual = {
      ...{ url, images, imagesPerRequest, timeoutMs, keepAlive, clients },
      warmSeconds: 0,
    };
    const seen = { sent: 0, answered: 0 };
    const offer = async (load: Partial<LoadSetup>) => {
      const figures = await generate({ ...usual, seconds, ...load });
      seen.sent += figures.sent;
      seen.answered += figures.endings['200'] ?? 0;
      return figures;
    };
    await offer({ seconds: WARM_UP_SECONDS });
    const peak = await offer({});
    tell(server, { kind: 'begin' });
    await next(server, 'begun');
    const overload = await offer({ requestsPerSecond: times * peak.goodput });
    tell(server, { kind: 'end' });
    const figures = await next(server, 'measured');
    const off = await booksOff(url, seen, imagesPerRequest);
    const after = await generate({
      ...usual,
      seconds: 2,
      warmSeconds: RECOVERY_SECONDS,
      requestsPerSecond: peak.goodput / 2,
    });
    return { peak, overload, after, server: figures, booksOff: off };
  } finally {
    server.disconnect();
  }
}

async function generate(setup: LoadSetup): Promise<LoadFigures> {
  return (await startGenerator('overload-generator.js', setup, undefined)()) as LoadFigures;
}

/** The log is written, but discarded. */
function startServer(setup: object): ChildProcess {
  const [execPath, ...execArgv] = NICE;
  return fork(new URL('../overload-server.js', import.meta.url), [JSON.stringify(setup)], {
    execPath,
    execArgv: [...execArgv, process.execPath, ...process.execArgv],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // JSON has no NaN.
    serialization: 'advanced',
  });
}

function tell(server: ChildProcess, message: ToServer): void {
  server.send(message);
}

async function next<K extends FromServer['kind']>(server: ChildProcess, kind: K) {
  const [message] = (await once(server, 'message')) as [FromServer];
  if (message.kind !== kind) throw new Error(`the server sent ${message.kind} instead of ${kind}`);
  return message as Extract<FromServer, { kind: K }>;
}
