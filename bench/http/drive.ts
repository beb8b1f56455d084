import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { quantile } from '../tools/quantile.js';
import type { ClientFigures } from './figures.js';
import type { LoadOrders, LoadSeen } from './load-messages.js';
import { pinned } from './pinned.js';

/** Where the load comes from. */
export interface LoadSource {
  readonly processes: number;
  readonly cores: string | undefined;
}

/**
 * Drives a server with a closed loop of connections.
 *
 * @throws {Error} if a single request was not answered 200: then no figure counts
 */
export async function drive(orders: LoadOrders, source: LoadSource): Promise<ClientFigures> {
  const processes = Math.min(source.processes, orders.connections);
  const shares = Array.from({ length: processes }, (_, i) =>
    Math.floor((orders.connections + i) / processes),
  );
  const all = await Promise.all(
    shares.map((connections) => load({ ...orders, connections }, source.cores)),
  );
  const failures = all.flatMap((seen) => Object.entries(seen.failures));
  if (failures.length > 0) {
    const text = failures.map(([how, count]) => `${count} times ${how}`).join(', ');
    throw new Error(`no figure counts, since requests failed: ${text}`);
  }
  const latenciesMs = all.flatMap((seen) => [...seen.latenciesMs]);
  if (latenciesMs.length === 0) throw new Error('no request was answered in time to count');
  const sum = (of: (seen: LoadSeen) => number) => all.reduce((total, seen) => total + of(seen), 0);
  return {
    requestsPerSecond: sum(({ latenciesMs: { length }, seconds }) => length / seconds),
    p50Ms: quantile(latenciesMs, 0.5),
    p90Ms: quantile(latenciesMs, 0.9),
    p99Ms: quantile(latenciesMs, 0.99),
    meanMs: latenciesMs.reduce((total, ms) => total + ms, 0) / latenciesMs.length,
    loadCores: sum(({ cpuSeconds, seconds }) => cpuSeconds / seconds),
  };
}

async function load(orders: LoadOrders, cores: string | undefined): Promise<LoadSeen> {
  const program = fileURLToPath(new URL('./load-process.js', import.meta.url));
  const [command, args] = pinned(cores, [program, JSON.stringify(orders)]);
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const seen = await Promise.race([
    once(child, 'message').then(([message]) => message as LoadSeen),
    once(child, 'exit').then(() => undefined),
  ]);
  if (!seen) throw new Error('the load generator ended before it had a result');
  return seen;
}
