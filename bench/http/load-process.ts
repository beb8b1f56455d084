import { readFileSync } from 'node:fs';
import autocannon, { type Request } from 'autocannon';
import type { LoadOrders, LoadSeen } from './load-messages.js';

// A closed loop: each connection sends its next request once it has its answer. It runs in a separate process, so
// that it shares no event loop, and uses autocannon's API, because autocannon's command line corrupts binary bodies.

const orders = JSON.parse(process.argv[2] ?? '') as LoadOrders;
const { url, path, connections, warmSeconds, seconds } = orders;
const requests: Request[] =
  orders.images.length === 0
    ? [{ method: 'GET', path }]
    : orders.images.map((file) => ({ method: 'POST', path, body: readFileSync(file) }));

let first = 0;
const options: autocannon.Options = {
  url,
  connections,
  // The run is stopped below.
  duration: 24 * 3600,
  timeout: 60,
  setupClient(client) {
    // Each connection starts with another image.
    const rotated = requests.map((_, i) => requests[(i + first) % requests.length] as Request);
    first++;
    client.setRequests(rotated);
  },
};
// With a callback, autocannon returns its event emitter.
const load = autocannon(options, () => {});

const latenciesMs: number[] = [];
const failures: Record<string, number> = {};
let isCounting = false;
const fail = (how: string) => {
  failures[how] = (failures[how] ?? 0) + 1;
};
load.on('response', (_client, status, _bytes, ms) => {
  if (status !== 200) fail(String(status));
  else if (isCounting) latenciesMs.push(ms);
});
let isOver = false;
load.on('reqError', (error: NodeJS.ErrnoException) => {
  if (!isOver) fail(error.code ?? error.message);
});

await passed(warmSeconds);
isCounting = true;
const [cpu, startedMs] = [process.cpuUsage(), performance.now()];
process.send?.('warm');
await passed(seconds);
// On a busy machine, a short run may have brought no answer yet.
while (latenciesMs.length === 0 && Object.keys(failures).length === 0) await passed(0.1);
isCounting = false;
isOver = true;
const { user, system } = process.cpuUsage(cpu);
const seen: LoadSeen = {
  seconds: (performance.now() - startedMs) / 1000,
  latenciesMs: Float64Array.from(latenciesMs),
  cpuSeconds: (user + system) / 1e6,
  failures,
};
process.send?.(seen, () => process.exit(0));

function passed(s: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, s * 1000));
}
