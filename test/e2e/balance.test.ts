import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { logLines } from '../helpers/log-lines.js';
import { startServer, until } from '../helpers/start-server.js';

const PROCESSES = 4;
const CONNECTIONS = 64;
const REQUEST = 'POST /api/classify HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n';

t.test('connections are shared out evenly, whether they come at once or in turn', async (t) => {
  const config = { engine: { provider: 'cpu' }, server: { processes: PROCESSES } };
  const file = join(t.testdir({ 'c.json': JSON.stringify(config) }), 'c.json');
  const server = startServer(t, ['--config', file, '--model', 'models/demo']);
  const { port } = new URL(await server.url);

  /** A connection with one request, which is logged by the process that has accepted it. */
  async function client(): Promise<Socket> {
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(REQUEST);
    await new Promise((resolve) => socket.once('data', resolve));
    return socket;
  }
  async function logged(count: number) {
    await until(() => logLines(server.stdout()).length === count);
    return logLines(server.stdout()).slice(-CONNECTIONS);
  }

  for (const [round, areAtOnce] of [true, false].entries()) {
    const sockets: Socket[] = [];
    if (areAtOnce) {
      sockets.push(...(await Promise.all(Array.from({ length: CONNECTIONS }, client))));
    } else for (let i = 0; i < CONNECTIONS; i++) sockets.push(await client());
    const counts = new Map<number, number>();
    for (const { pid } of await logged((round + 1) * CONNECTIONS)) {
      counts.set(pid, (counts.get(pid) ?? 0) + 1);
    }
    const least = counts.size < PROCESSES ? 0 : Math.min(...counts.values());
    t.ok(least >= CONNECTIONS / PROCESSES / 2, `each holds: ${[...counts.values()].join(' ')}`);
    for (const socket of sockets) socket.destroy();
  }
});
