import type { Context } from 'hono';
import type { Lifecycle } from '../../lifecycle.js';
import { Problem } from '../../problem/problem.js';

/**
 * GET /: says that the server is alive, as KServe and TensorFlow Serving do. A browser, which asks for HTML, gets the
 * page, or 404 if there is none.
 */
export function rootRoute(page: ((c: Context) => Response) | undefined) {
  return function root(c: Context): Response {
    if (!c.req.header('Accept')?.includes('text/html'))
      return Response.json({ status: 'alive' }, { headers: { Vary: 'Accept' } });
    if (!page) throw new Problem('not_found');
    return page(c);
  };
}

/** GET /v2/health/live: 200 as long as the event loop runs. */
export function liveRoute() {
  return function live(): Response {
    return Response.json({ live: true });
  };
}

/** GET /ping, of TorchServe and SageMaker: 200 if the server is ready, otherwise 503. */
export function pingRoute(lifecycle: Lifecycle) {
  return function ping(): Response {
    const isHealthy = lifecycle.processes.ready > 0 && !lifecycle.isEnding;
    const status = isHealthy ? 'Healthy' : 'Unhealthy';
    return Response.json({ status }, { status: isHealthy ? 200 : 503 });
  };
}

/**
 * GET /v2/health/ready: 200 while at least one serving process is ready and this one is not ending; otherwise why
 * not.
 */
export function readyRoute(lifecycle: Lifecycle) {
  return function ready(): Response {
    const { processes, isEnding, notReady } = lifecycle;
    if (processes.ready > 0 && !isEnding) return Response.json({ ready: true, processes });
    const headers = isEnding ? { Connection: 'close' } : {};
    const reason = notReady ?? 'starting';
    return Response.json({ ready: false, reason, processes }, { status: 503, headers });
  };
}
