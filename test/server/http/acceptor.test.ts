import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { duplicateDescriptor, loadKoffi } from '../../../src/native/index.js';
import { Acceptor } from '../../../src/server/http/acceptor.js';
import { bindSocket } from '../../../src/server/supervisor/listening-socket.js';
import { NO_CONNECTIONS } from '../../../src/server/supervisor/process-messages.js';
import { until } from '../../helpers/until.js';

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const options = process.platform === 'linux' ? {} : { skip: 'needs fcntl of Linux' };

/** How many connections may wait on a listening socket: tcpi_sacked of Linux's struct tcp_info. */
function backlogOf(descriptor: number): number {
  const info = Buffer.alloc(32);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(info.length);
  loadKoffi()
    .load('libc.so.6')
    .func('int getsockopt(int fd, int level, int name, void *value, void *length)')(
    ...[descriptor, 6, 11, info, length],
  );
  return info.readUInt32LE(28);
}

interface Side {
  readonly descriptor: number;
  readonly server: Server;
  readonly acceptor: Acceptor;
}

/** So many servers on one socket, as if each were a process of its own. */
async function share(t: Test, count: number) {
  const socket = await bindSocket('127.0.0.1', 0);
  const sides = Array.from({ length: count }, (_, i): Side => {
    const server = createServer((_request, response) => response.end(String(i)));
    const descriptor = duplicateDescriptor(socket.descriptor);
    const acceptor = new Acceptor(server, descriptor, count > 1);
    t.teardown(async () => {
      server.closeAllConnections();
      server.close();
      await acceptor.close().catch(() => {});
    });
    return { descriptor, server, acceptor };
  });
  socket.close();
  function client(): Socket {
    const near = connect(socket.port, '127.0.0.1');
    near.on('error', () => {});
    t.teardown(() => near.destroy());
    return near;
  }
  async function clients(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const near = client();
      near.write(REQUEST);
      await new Promise((resolve) => near.once('data', resolve));
    }
  }
  return { sides: sides as [Side, ...Side[]], port: socket.port, client, clients };
}

t.test('who holds more than its share leaves connections to others', options, async (t) => {
  const { sides, clients } = await share(t, 2);
  const [full, other] = sides as [Side, Side];
  await full.acceptor.listen();
  await clients(8);
  t.equal(full.acceptor.open, 8);
  await other.acceptor.listen();
  full.acceptor.share = 4;
  other.acceptor.share = 4;
  await clients(4);
  t.equal(full.acceptor.open, 8);
  t.equal(other.acceptor.open, 4);
});

t.test('but takes those that nobody else accepts', options, async (t) => {
  const { sides, clients } = await share(t, 2);
  const [alone] = sides;
  await alone.acceptor.listen();
  alone.acceptor.share = 0;
  await clients(20);
  t.equal(alone.acceptor.open, 20);
});

t.test('one that is to hold none accepts nothing until its share has grown', options, async (t) => {
  const { sides, client, clients } = await share(t, 2);
  const [one, other] = sides as [Side, Side];
  await one.acceptor.listen();
  await clients(2);
  one.acceptor.share = NO_CONNECTIONS;
  const waiting = client();
  waiting.write(REQUEST);
  await once(waiting, 'connect');
  // Longer than the longest pause of a process that holds more than its share.
  await sleep(100);
  t.equal(one.acceptor.open, 2);
  await other.acceptor.listen();
  await clients(5);
  t.same([one.acceptor.open, other.acceptor.open], [2, 6], 'another accepts it');
  one.acceptor.share = 10;
  other.acceptor.share = NO_CONNECTIONS;
  await clients(3);
  t.same([one.acceptor.open, other.acceptor.open], [5, 6]);
});

t.test('closing accepts whoever has connected, and answers him', options, async (t) => {
  for (const count of [1, 2]) {
    const { sides, client } = await share(t, count);
    const [one] = sides;
    await one.acceptor.listen();
    const answers: string[] = [];
    const waiting = Array.from({ length: 200 }, () => {
      const near = client();
      near.write(REQUEST);
      near.on('data', (chunk) => answers.push(chunk.toString().slice(0, 15)));
      return new Promise((resolve) => near.once('connect', resolve));
    });
    await Promise.all(waiting);
    await Promise.all(sides.map(({ acceptor }) => acceptor.close()));
    await until(() => answers.length === 200);
    t.same([...new Set(answers)], ['HTTP/1.1 200 OK']);
    const late = client();
    await new Promise<void>((resolve) => late.once('close', () => resolve()));
    t.equal(late.bytesRead, 0, 'nobody listens any more');
  }
});

t.test('the system lets as many connections wait as it may', options, async (t) => {
  const { sides } = await share(t, 2);
  await sides[0].acceptor.listen();
  const limit = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
  t.equal(backlogOf(sides[0].descriptor), Math.min(4096, limit));
});

t.test('an address in use, or one of another host, is a sentence', async (t) => {
  const { sides, port } = await share(t, 1);
  await sides[0].acceptor.listen();
  await t.rejects(bindSocket('127.0.0.1', port), {
    message: `cannot listen on 127.0.0.1:${port} (server.host, server.port): the port is in use`,
  });
  await t.rejects(bindSocket('192.0.2.1', 0), { message: /EADDRNOTAVAIL/ });
  await t.rejects(bindSocket('nowhere.invalid', 0), {
    message: /cannot listen on nowhere\.invalid/,
  });
});

t.test('a client that is too slow with its headers is told so', async (t) => {
  const socket = await bindSocket('127.0.0.1', 0);
  const server = createServer({ headersTimeout: 50, connectionsCheckingInterval: 10 });
  const acceptor = new Acceptor(server, duplicateDescriptor(socket.descriptor), false);
  socket.close();
  await acceptor.listen();
  t.teardown(async () => {
    server.close();
    await acceptor.close();
  });
  const near = connect(socket.port, '127.0.0.1');
  near.write('GET / HTTP/1.1\r\n');
  const [chunk] = await new Promise<Buffer[]>((resolve) =>
    near.once('data', (...all) => resolve(all)),
  );
  t.match(chunk?.toString(), /^HTTP\/1\.1 408 /);
  near.destroy();
});
