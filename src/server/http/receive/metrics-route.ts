/** GET /metrics, for Prometheus: the metrics of all serving processes. */
export function metricsRoute(readMetrics: () => Promise<string>) {
  return async function metrics(): Promise<Response> {
    const headers = { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' };
    return new Response(await readMetrics(), { headers });
  };
}
