import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { type ClosedReason, Connections } from '../../../src/server/http/connections.js';

class FakeSocket extends EventEmitter {
  readonly name: string;
  writableLength = 0;
  isDestroyed = false;
  isPaused = false;

  constructor(name: string) {
    super();
    this.name = name;
  }

  destroy(): void {
    this.isDestroyed = true;
    // As Node does: later.
    process.nextTick(() => this.emit('close'));
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

class Server {
  readonly closed: ClosedReason[] = [];
  readonly began: string[] = [];
  readonly #connections: Connections;

  constructor(max: number) {
    this.#connections = new Connections(max, (reason) => this.closed.push(reason));
  }

  get isFlushed(): boolean {
    return this.#connections.isFlushed;
  }

  open(name: string): FakeSocket {
    const socket = new FakeSocket(name);
    this.#connections.opened(socket as unknown as Socket);
    return socket;
  }

  /** @returns what ends the answer */
  request(socket: FakeSocket, name: string): () => void {
    const outgoing = new EventEmitter();
    const incoming = { socket } as unknown as IncomingMessage;
    this.#connections.request(incoming, outgoing as ServerResponse, () => this.began.push(name));
    return () => outgoing.emit('close');
  }
}

t.test('as many connections as there is room for are kept', async (t) => {
  const server = new Server(2);
  const sockets = [server.open('1'), server.open('2')];
  t.same(
    sockets.map(({ isDestroyed }) => isDestroyed),
    [false, false],
  );
  t.same(server.closed, []);
});

t.test('one more closes the one that has been idle longest', async (t) => {
  const server = new Server(3);
  const [first, second, third] = [server.open('1'), server.open('2'), server.open('3')];
  server.request(first, 'again')();
  const fourth = server.open('4');
  t.same(
    [first, second, third, fourth].map(({ isDestroyed }) => isDestroyed),
    [false, true, false, false],
  );
  server.open('5');
  t.ok(third.isDestroyed, 'and each further one closes one, before the system has closed the last');
  t.notOk(first.isDestroyed);
  t.same(server.closed, ['idle', 'idle']);
});

t.test('a connection with a request is not idle', async (t) => {
  const server = new Server(1);
  const busy = server.open('busy');
  const end = server.request(busy, 'a');
  const refused = server.open('refused');
  t.same([busy.isDestroyed, refused.isDestroyed], [false, true]);
  t.same(server.closed, ['full']);
  end();
  t.notOk(server.open('next').isDestroyed);
  t.ok(busy.isDestroyed);
});

t.test('a connection that its client has closed makes room', async (t) => {
  const server = new Server(1);
  server.open('1').emit('close');
  t.notOk(server.open('2').isDestroyed);
  t.same(server.closed, []);
});

t.test('a connection is not idle before all its requests are answered', async (t) => {
  const server = new Server(1);
  const socket = server.open('1');
  const ends = [server.request(socket, 'a'), server.request(socket, 'b')];
  ends[0]?.();
  t.ok(server.open('2').isDestroyed);
  ends[1]?.();
  t.notOk(server.open('3').isDestroyed);
});

t.test('an answer that ends after its connection leaves nothing behind', async (t) => {
  const server = new Server(1);
  const socket = server.open('1');
  const end = server.request(socket, 'a');
  socket.emit('close');
  end();
  t.notOk(server.open('2').isDestroyed, 'there is room');
  t.same(server.closed, []);
  server.request(socket, 'b');
  t.same(server.began, ['a', 'b'], 'a request on an unknown connection begins');
});

t.test('four pipelined requests are in progress, and the next begin one a turn', async (t) => {
  const server = new Server(1);
  const socket = server.open('1');
  const ends = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => server.request(socket, name));
  t.same(server.began, ['a', 'b', 'c', 'd']);
  ends[1]?.();
  t.equal(server.began.length, 4, 'others come first');
  await setImmediate();
  t.same(server.began.slice(4), ['e']);
  server.request(socket, 'g');
  t.equal(server.began.length, 5);
  for (const end of ends) end();
  await setImmediate();
  t.same(server.began.slice(5), ['f', 'g']);
});

t.test('no more is read while many requests of a connection wait', async (t) => {
  const server = new Server(1);
  const socket = server.open('1');
  const ends: (() => void)[] = [];
  for (let i = 0; i < 4 + 63; i++) ends.push(server.request(socket, `${i}`));
  t.notOk(socket.isPaused);
  ends.push(server.request(socket, 'one too many'));
  t.ok(socket.isPaused);
  for (let i = 0; i < 64; i++) {
    t.ok(socket.isPaused);
    ends[i]?.();
    await setImmediate();
  }
  t.notOk(socket.isPaused);
  t.equal(server.began.length, 68);
});

t.test('all is flushed when no connection has anything to write', async (t) => {
  const server = new Server(2);
  t.ok(server.isFlushed);
  const [first] = [server.open('1'), server.open('2')];
  t.ok(server.isFlushed);
  first.writableLength = 1;
  t.notOk(server.isFlushed);
});
