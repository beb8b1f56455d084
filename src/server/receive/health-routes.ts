import type { Lifecycle } from '../lifecycle.js';

/** GET /v2/health/live: 200 while the event loop turns. */
export function liveRoute() {
  return function live(): Response {
    return Response.json({ live: true });
  };
}

/** GET /v2/health/ready: 200 when at least one serving process is warm and this one does not drain. */
export function readyRoute(lifecycle: Lifecycle) {
  return function ready(): Response {
    const { processes, isDraining } = lifecycle;
    const isReady = processes.ready > 0 && !isDraining;
    const headers = isDraining ? { Connection: 'close' } : {};
    return Response.json({ ready: isReady, processes }, { status: isReady ? 200 : 503, headers });
  };
}
