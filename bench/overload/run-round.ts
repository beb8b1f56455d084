import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { startGenerator } from '../tools/start-generator.js';
import type {
  EngineSetup,
  FromServer,
  LoadFigures,
  LoadSetup,
  ServerFigures,
  ToServer,
} from './messages.js';
import { scrape } from './scrape.js';

export interface RoundSetup {
  readonly engine: EngineSetup;
  readonly load: Omit<LoadSetup, 'url' | 'requestsPerSecond'>;
  /** The load as a multiple of the engine's rate. */
  readonly times: number;
}

/** One server process: warmed up, then at its own rate, then at `times` that rate. */
export interface RoundFigures {
  readonly peak: LoadFigures;
  readonly peakServer: ServerFigures;
  readonly overload: LoadFigures;
  readonly server: ServerFigures;
  readonly loopDelayP99Ms: number;
  readonly booksOff: number;
}

const WARM_UP_SECONDS = 2;

export async function runRound({ engine, load, times }: RoundSetup): Promise<RoundFigures> {
  const server = startServer(engine);
  try {
    const { url } = await next(server, 'listening');
    const capacity = (engine.maxBatchSize * 1000) / engine.batchMs;
    const seen = { sent: 0, answered: 0 };
    const offer = async (requestsPerSecond: number, seconds: number) => {
      tell(server, { kind: 'begin' });
      await next(server, 'begun');
      const figures = await generate({ ...load, url, requestsPerSecond, seconds });
      tell(server, { kind: 'end' });
      seen.sent += figures.sent;
      seen.answered += figures.endings['200'] ?? 0;
      return [figures, await next(server, 'measured')] as const;
    };
    await offer(capacity, WARM_UP_SECONDS);
    const [peak, peakServer] = await offer(capacity, load.seconds);
    // Starts a new histogram of the event loop's delay.
    await scrape(url, seen);
    const [overload, figures] = await offer(capacity * times, load.seconds);
    return { peak, peakServer, overload, server: figures, ...(await scrape(url, seen)) };
  } finally {
    server.disconnect();
  }
}

async function generate(setup: LoadSetup): Promise<LoadFigures> {
  return (await startGenerator('overload-generator.js', setup, undefined)()) as LoadFigures;
}

/** The log is written, but discarded. */
function startServer(setup: EngineSetup): ChildProcess {
  return fork(new URL('../overload-server.js', import.meta.url), [JSON.stringify(setup)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // JSON cannot represent NaN.
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
