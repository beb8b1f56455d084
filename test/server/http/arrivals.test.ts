import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import t from 'tap';
import { Arrivals, arrivedMs } from '../../../src/server/http/arrivals.js';
import { LOOK_INTERVAL_MS, LoopDelay } from '../../../src/server/http/loop-delay.js';
import { bothEnds } from '../../helpers/both-ends.js';
import { ManualClock } from '../../helpers/manual-clock.js';

function setUp() {
  const clock = new ManualClock();
  const loopDelay = new LoopDelay(clock);
  const arrivals = new Arrivals(clock, loopDelay);
  /** The event loop turns often, and does little. */
  const idle = (ms: number) => {
    clock.advance(ms);
    loopDelay.look();
    loopDelay.look();
  };
  const connection = () => ({ parser: { 0: null as (() => void) | null } });
  const connected = (socket: object) => {
    arrivals.connected(socket as Socket);
    arrivals.parsed(socket as Socket);
  };
  const arrived = (socket: object) => {
    const incoming = { socket } as unknown as IncomingMessage;
    arrivals.arrived(incoming);
    return arrivedMs(incoming);
  };
  return { clock, loopDelay, connection, connected, arrived, idle };
}

t.test('the first request on a new connection counts from its accept', async (t) => {
  const { clock, loopDelay, connection, connected, arrived, idle } = setUp();
  idle(1000);
  const socket = connection();
  connected(socket);
  clock.advance(LOOK_INTERVAL_MS + 300);
  loopDelay.look();
  clock.advance(LOOK_INTERVAL_MS);
  socket.parser[0]?.();
  t.equal(arrived(socket), 1000);
});

t.test('unless its client sends nothing for a while', async (t) => {
  for (const [afterMs, startedMs] of [
    [2 * LOOK_INTERVAL_MS, 0],
    [2 * LOOK_INTERVAL_MS + 1, 2 * LOOK_INTERVAL_MS + 1],
    [20_000, 20_000],
  ] as const) {
    const { connection, connected, arrived, idle } = setUp();
    const socket = connection();
    connected(socket);
    idle(afterMs);
    socket.parser[0]?.();
    t.equal(arrived(socket), startedMs);
  }
});

t.test('a later one counts from its first byte', async (t) => {
  const { connection, connected, arrived, idle } = setUp();
  const socket = connection();
  connected(socket);
  socket.parser[0]?.();
  t.equal(arrived(socket), 0);
  idle(1000);
  socket.parser[0]?.();
  idle(3000);
  t.equal(arrived(socket), 1000, 'its headers were slow');
});

t.test('what the event loop has kept waiting counts', async (t) => {
  const { clock, loopDelay, connection, connected, arrived, idle } = setUp();
  const socket = connection();
  connected(socket);
  socket.parser[0]?.();
  arrived(socket);
  idle(1000);
  clock.advance(LOOK_INTERVAL_MS + 300);
  loopDelay.look();
  socket.parser[0]?.();
  t.equal(arrived(socket), 1000 + LOOK_INTERVAL_MS);
});

t.test('without a word from the parser, a request counts from its headers', async (t) => {
  const { connected, arrived, idle } = setUp();
  const socket = {};
  connected(socket);
  idle(1000);
  t.equal(arrived(socket), 1000);
  t.equal(arrived({}), 1000, 'also on a connection that is not known');
  t.equal(arrivedMs({} as IncomingMessage), undefined);
});

t.test('the time in which no process accepted a connection counts', async (t) => {
  const clock = new ManualClock();
  const loopDelay = new LoopDelay(clock);
  const arrivals = new Arrivals(clock, loopDelay, () => 700);
  clock.advance(1000);
  loopDelay.look();
  loopDelay.look();
  const socket = { parser: { 0: null as (() => void) | null } };
  arrivals.connected(socket as unknown as Socket);
  arrivals.parsed(socket as unknown as Socket);
  socket.parser[0]?.();
  const incoming = { socket } as unknown as IncomingMessage;
  arrivals.arrived(incoming);
  t.equal(arrivedMs(incoming), 300);
});

t.test('a first byte that was read before there was a parser counts', async (t) => {
  const { clock, loopDelay, connection, idle } = setUp();
  const arrivals = new Arrivals(clock, loopDelay);
  const socket = connection();
  arrivals.connected(socket as unknown as Socket);
  idle(1000);
  t.equal(arrivals.firstByte(socket as unknown as Socket), 1000);
  idle(500);
  arrivals.parsed(socket as unknown as Socket);
  for (const startedMs of [1000, 1500]) {
    socket.parser[0]?.();
    const incoming = { socket } as unknown as IncomingMessage;
    arrivals.arrived(incoming);
    t.equal(arrivedMs(incoming), startedMs);
  }
});

t.test('Node’s parser says when a request begins', async (t) => {
  const { clock, loopDelay, idle } = setUp();
  const arrivals = new Arrivals(clock, loopDelay);
  const seen: (number | undefined)[] = [];
  const server = createServer((incoming, outgoing) => {
    arrivals.arrived(incoming);
    seen.push(arrivedMs(incoming));
    outgoing.end();
  });
  server.on('connection', (socket) => {
    arrivals.connected(socket);
    arrivals.parsed(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { near, arrived } = await bothEnds(server);
  t.teardown(() => near.destroy());
  near.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(near, 'data');
  idle(1000);
  near.write('GET / HT');
  await arrived();
  idle(500);
  near.write('TP/1.1\r\nHost: x\r\n\r\n');
  await once(near, 'data');
  t.same(seen, [0, 1000]);
});
