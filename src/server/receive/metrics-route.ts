import type { Metrics } from '../metrics.js';

/** GET /metrics, for Prometheus. */
export function metricsRoute({ registry }: Metrics) {
  return async function metrics(): Promise<Response> {
    const headers = { 'Content-Type': registry.contentType };
    return new Response(await registry.metrics(), { headers });
  };
}
