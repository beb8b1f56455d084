import type { Context } from 'hono';
import type { Lifecycle } from '../../lifecycle.js';
import { Problem } from '../../problem/problem.js';

/** GET /: that it is alive, as KServe and TensorFlow Serving say it. Who asks for HTML has not come for that. */
export function aliveRoute() {
  return function alive(c: Context): Response {
    if (c.req.header('Accept')?.includes('text/html')) throw new Problem('not_found');
    return Response.json({ status: 'alive' }, { headers: { Vary: 'Accept' } });
  };
}

/** GET /v2/health/live: 200 while the event loop turns. */
export function liveRoute() {
  return function live(): Response {
    return Response.json({ live: true });
  };
}

/** GET /ping: the same for TorchServe and SageMaker. */
export function pingRoute(lifecycle: Lifecycle) {
  return function ping(): Response {
    const isHealthy = lifecycle.processes.ready > 0 && !lifecycle.isEnding;
    const status = isHealthy ? 'Healthy' : 'Unhealthy';
    return Response.json({ status }, { status: isHealthy ? 200 : 503 });
  };
}

/** GET /v2/health/ready: 200 while at least one serving process takes work and this one does not end; else why. */
export function readyRoute(lifecycle: Lifecycle) {
  return function ready(): Response {
    const { processes, isEnding, notReady } = lifecycle;
    if (processes.ready > 0 && !isEnding) return Response.json({ ready: true, processes });
    const headers = isEnding ? { Connection: 'close' } : {};
    const reason = notReady ?? 'starting';
    return Response.json({ ready: false, reason, processes }, { status: 503, headers });
  };
}
