import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { logLines } from '../helpers/log-lines.js';
import { startServer } from '../helpers/start-server.js';
import { until } from '../helpers/until.js';

const PROCESSES = 4;
const CONNECTIONS = 64;
const TRIES = 5;
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

  let answered = 0;
  /** How many of the connections each process has accepted. */
  async function distribution(areAtOnce: boolean): Promise<number[]> {
    const sockets: Socket[] = [];
    if (areAtOnce) {
      sockets.push(...(await Promise.all(Array.from({ length: CONNECTIONS }, client))));
    } else for (let i = 0; i < CONNECTIONS; i++) sockets.push(await client());
    answered += CONNECTIONS;
    const counts = new Map<number, number>();
    for (const { pid } of await logged(answered)) counts.set(pid, (counts.get(pid) ?? 0) + 1);
    for (const socket of sockets) socket.destroy();
    return Array.from({ length: PROCESSES }, (_, i) => [...counts.values()][i] ?? 0);
  }

  for (const areAtOnce of [true, false]) {
    const tries: number[][] = [];
    // While other programs take the cores, a process may not get its turn during the few milliseconds that this takes.
    do tries.push(await distribution(areAtOnce));
    while (!isEven(tries.at(-1)) && tries.length < TRIES);
    t.ok(isEven(tries.at(-1)), tries.map((counts) => counts.join(' ')).join(', '));
  }
});

/** Whether no process has under half its share. */
function isEven(counts: readonly number[] = []): boolean {
  return Math.min(...counts) >= CONNECTIONS / PROCESSES / 2;
}
