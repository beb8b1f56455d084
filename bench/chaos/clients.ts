import { pick, type Random } from '../../test/helpers/mutate.js';
import { goodAsk, plainAsk } from './asks.js';
import { badAsk } from './bad-asks.js';
import { Connection, type Ending } from './connection.js';
import { type Ask, DEADLINE_MS, type Ledger } from './ledger.js';
import type { ClientKind } from './plan.js';
import { REQUEST_TIMEOUT_MS } from './program.js';
import type { References } from './references.js';

/** What a client needs to know. */
export interface Scene {
  readonly port: number;
  readonly ledger: Ledger;
  readonly references: References;
  /** Whether it should begin no further request. */
  readonly isOver: () => boolean;
  /** Resolves after this time, or when the clients should end. */
  readonly pause: (ms: number) => Promise<void>;
}

/** A request that was sent in this time has not reached the server's limit, `REQUEST_TIMEOUT_MS`. */
const SURELY_IN_TIME_MS = REQUEST_TIMEOUT_MS - 1000;

/** Behaves in one way until the round is over; resolves when all its requests have ended. */
export type Behaviour = (scene: Scene, random: Random) => Promise<void>;

export const BEHAVIOURS: Readonly<Record<ClientKind, Behaviour>> = {
  good: (scene, random) =>
    onKeptConnections(scene, random, () => goodAsk('good', random, scene.references)),
  bad: (scene, random) => onKeptConnections(scene, random, () => badAsk(random, scene.references)),
  slow,
  aborting,
  bursting,
  pipelining,
  idle,
};

/** One request after the other, on a connection that is used again where that is possible. */
async function onKeptConnections(scene: Scene, random: Random, ask: () => Ask): Promise<void> {
  let connection: Connection | undefined;
  while (!scene.isOver()) {
    if (connection === undefined || connection.isOver || random(20) === 0) {
      connection?.close();
      connection = new Connection(scene.port);
    }
    if (random(10) === 0) connection.stopReading(random(300));
    const next = ask();
    const ending = await scene.ledger.exchange(connection, next);
    // A refused body may not have been read to its end, and bytes that are no HTTP leave nothing to go on with.
    if (typeof ending === 'string' || next.mayBeCut) connection.close();
    await scene.pause(typeof ending === 'string' || ending.status >= 500 ? 50 : random(20));
  }
  connection?.close();
}

/** Sends its request in pieces; some clients never send the last. */
async function slow(scene: Scene, random: Random): Promise<void> {
  while (!scene.isOver()) {
    const isComplete = random(3) > 0;
    const ask = goodAsk('slow', random, scene.references);
    const startedMs = performance.now();
    const connection = new Connection(scene.port);
    const pieces = 2 + random(8);
    const size = Math.ceil(ask.request.length / pieces);
    for (let piece = 0; piece < pieces; piece++) {
      if (piece === pieces - 1 && !isComplete) break;
      connection.write(ask.request.subarray(piece * size, (piece + 1) * size));
      await scene.pause(random(400));
    }
    // A client that the server has waited for in vain may be cut off.
    const isInTime = isComplete && performance.now() - startedMs < SURELY_IN_TIME_MS;
    const statuses = isInTime ? [200] : [200, 408];
    await scene.ledger.ending(connection, { ...ask, statuses, mayBeCut: !isInTime }, startedMs);
    connection.close();
  }
}

/** Closes its connection at any moment: before the request is complete, while it waits, or during the answer. */
async function aborting(scene: Scene, random: Random): Promise<void> {
  while (!scene.isOver()) {
    const ask = goodAsk('aborting', random, scene.references);
    const connection = new Connection(scene.port);
    const isWhole = random(2) === 0;
    connection.write(isWhole ? ask.request : ask.request.subarray(0, random(ask.request.length)));
    scene.ledger.sent(ask);
    await scene.pause(random(pick(random, [2, 20, 200])));
    connection.close(random(2) === 0);
    scene.ledger.tally('aborting', 'aborted');
  }
}

/** Many clients at once, each on a connection of its own, with deadlines of their own. */
async function bursting(scene: Scene, random: Random): Promise<void> {
  while (!scene.isOver()) {
    const clients = 20 + random(130);
    await Promise.all(
      Array.from({ length: clients }, async () => {
        const plain = plainAsk('bursting', random, scene.references);
        const deadlineMs = pick(random, [200, 1000, DEADLINE_MS]);
        const header = `X-Request-Timeout-Ms: ${deadlineMs}\r\n`;
        const ask = { ...plain, request: withHeader(plain.request, header), deadlineMs };
        const connection = new Connection(scene.port);
        await scene.ledger.exchange(connection, ask);
        connection.close();
      }),
    );
    await scene.pause(500 + random(1500));
  }
}

/** Several requests at once on one connection. */
async function pipelining(scene: Scene, random: Random): Promise<void> {
  while (!scene.isOver()) {
    const connection = new Connection(scene.port);
    const asks = Array.from({ length: 2 + random(30) }, () =>
      plainAsk('pipelining', random, scene.references),
    );
    const endings: Promise<Ending>[] = [];
    for (const ask of asks) endings.push(scene.ledger.exchange(connection, ask));
    await Promise.all(endings);
    connection.close();
    await scene.pause(random(200));
  }
}

/** Opens connections that have nothing to do until the end of the round, and then sends a request on each. */
async function idle(scene: Scene, random: Random): Promise<void> {
  const idlers = Array.from({ length: 10 + random(90) }, () => ({
    connection: new Connection(scene.port),
    hasBegun: random(2) === 0,
  }));
  const ask = () => plainAsk('idle', random, scene.references);
  const first = idlers.map(({ connection, hasBegun }) =>
    hasBegun ? scene.ledger.exchange(connection, ask()) : undefined,
  );
  await Promise.all(first);
  while (!scene.isOver()) await scene.pause(1000);
  for (const { connection, hasBegun } of idlers) {
    if (connection.isAnnouncedOver) continue;
    // The server does not wait for the first request as long as for the next ones.
    const silent = { statuses: [200, 408], mayBeCut: true };
    await scene.ledger.exchange(connection, { ...ask(), ...(hasBegun ? {} : silent) });
    connection.close();
  }
}

function withHeader(request: Buffer, header: string): Buffer {
  const lineEnd = request.indexOf('\r\n') + 2;
  return Buffer.concat([
    request.subarray(0, lineEnd),
    Buffer.from(header),
    request.subarray(lineEnd),
  ]);
}
