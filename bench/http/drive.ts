import { quantile } from '../tools/quantile.js';
import { startGenerator } from '../tools/start-generator.js';
import type { ClientFigures } from './figures.js';
import type { LoadOrders, LoadSeen } from './load-messages.js';

/** The processes and cores that generate the load. */
export interface LoadSource {
  readonly processes: number;
  readonly cores: string | undefined;
}

/**
 * Drives a server with a closed loop of connections.
 *
 * @param counting called once all generators have warmed up and are counting
 * @throws {Error} if any request was not answered 200, because then no figure is valid
 */
export async function drive(
  orders: LoadOrders,
  source: LoadSource,
  counting: () => Promise<unknown> = async () => {},
): Promise<ClientFigures> {
  const processes = Math.min(source.processes, orders.connections);
  const shares = Array.from({ length: processes }, (_, i) =>
    Math.floor((orders.connections + i) / processes),
  );
  const loads = shares.map((connections) => load({ ...orders, connections }, source.cores));
  const [all] = await Promise.all([
    Promise.all(loads.map(({ seen }) => seen)),
    Promise.all(loads.map(({ warm }) => warm)).then(counting),
  ]);
  const failures = all.flatMap((seen) => Object.entries(seen.failures));
  if (failures.length > 0) {
    const text = failures.map(([how, count]) => `${count} times ${how}`).join(', ');
    throw new Error(`the figures are void, because requests failed: ${text}`);
  }
  const latenciesMs = all.flatMap((seen) => [...seen.latenciesMs]);
  if (latenciesMs.length === 0) throw new Error('no request was answered during the measurement');
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

function load(orders: LoadOrders, cores: string | undefined) {
  const nextMessage = startGenerator('http/load-process.js', orders, cores);
  const warm = nextMessage();
  return { warm, seen: warm.then(nextMessage) as Promise<LoadSeen> };
}
