import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { Problem } from '../problem/problem.js';
import { openExchange } from './exchange.js';
import { type BenchmarkDeps, benchmarkRoute } from './receive/benchmark-route.js';
import { type ClassifyDeps, classifyRoute } from './receive/classify-route.js';
import { liveRoute, readyRoute } from './receive/health-routes.js';
import { metricsRoute } from './receive/metrics-route.js';
import { latencyCurveRoute, modelRoute } from './receive/model-routes.js';
import { refuse } from './receive/refuse.js';

export interface AppDeps extends ClassifyDeps, BenchmarkDeps {
  /** Of all serving processes, as Prometheus reads them. */
  readonly readMetrics: () => Promise<string>;
}

/** The routes. No middleware: a route without it is a single call. */
export function createApp(deps: AppDeps): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();

  function end(c: Context<{ Bindings: HttpBindings }>, error: unknown): Response {
    return refuse(deps, openExchange(c.env, deps.clock), error);
  }

  app.post('/api/classify', classifyRoute(deps));
  app.all('/benchmark', benchmarkRoute(deps));
  app.get('/v2/health/live', liveRoute());
  app.get('/v2/health/ready', readyRoute(deps.lifecycle));
  const [model, latencyCurve] = [modelRoute(deps), latencyCurveRoute(deps)];
  app.get('/v2/models/:name', (c) => model(c.req.param('name')));
  app.get('/v2/models/:name/latency-curve', (c) => latencyCurve(c.req.param('name')));
  app.get('/metrics', metricsRoute(deps.readMetrics));
  for (const [path, allow] of [
    ['/api/classify', 'POST'],
    ['/v2/health/live', 'GET, HEAD'],
    ['/v2/health/ready', 'GET, HEAD'],
    ['/v2/models/:name', 'GET, HEAD'],
    ['/v2/models/:name/latency-curve', 'GET, HEAD'],
    ['/metrics', 'GET, HEAD'],
  ] as const) {
    app.all(path, (c) => end(c, new Problem('method_not_allowed', { Allow: allow })));
  }
  app.notFound((c) => end(c, new Problem('not_found')));
  app.onError((error, c) => end(c, error));
  return app;
}
