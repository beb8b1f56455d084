import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { Problem } from '../problem/problem.js';
import { openExchange } from './exchange.js';
import { type BenchmarkDeps, benchmarkRoute } from './receive/benchmark-route.js';
import { type ClassifyDeps, classifyRoute } from './receive/classify-route.js';
import { aliveRoute, liveRoute, readyRoute } from './receive/health-routes.js';
import { metricsRoute } from './receive/metrics-route.js';
import { latencyCurveRoute, modelRoute, modelsRoute } from './receive/model-routes.js';
import { refuse } from './receive/refuse.js';

type Env = { Bindings: HttpBindings };
type Handler = (c: Context<Env>) => Response | Promise<Response>;
/** The handler of each method at a path; GET also answers HEAD. */
type Methods = Partial<Record<'GET' | 'POST' | 'PUT', Handler>>;

export interface AppDeps extends ClassifyDeps, BenchmarkDeps {
  /** Metrics of all serving processes, in the Prometheus format. */
  readonly readMetrics: () => Promise<string>;
  /** Whether /benchmark exists. */
  readonly hasBenchmark: boolean;
  /** Origins whose pages may call the server from a browser. */
  readonly corsOrigins: readonly string[];
}

/** The routes. There is no middleware unless CORS needs one, because a route without it is a single call. */
export function createApp(deps: AppDeps): Hono<Env> {
  const app = new Hono<Env>();
  const end = (c: Context<Env>, error: unknown) =>
    refuse(deps, openExchange(c.env, deps.clock), error);
  if (deps.corsOrigins.length > 0) app.use(corsFor(deps.corsOrigins));
  for (const [path, methods] of Object.entries(routes(deps))) {
    for (const [method, handler] of Object.entries(methods)) app.on(method, path, handler);
    const allow = Object.keys(methods).map((method) => (method === 'GET' ? 'GET, HEAD' : method));
    const problem = new Problem('method_not_allowed', { Allow: allow.join(', ') });
    app.all(path, (c) => end(c, problem));
  }
  if (deps.hasBenchmark) app.all('/benchmark', benchmarkRoute(deps));
  app.notFound((c) => end(c, new Problem('not_found')));
  app.onError((error, c) => end(c, error));
  return app;
}

/** If two paths match a request, the first is used. */
function routes(deps: AppDeps): Record<string, Methods> {
  const { lifecycle } = deps;
  const classify = classifyRoute(deps);
  const [model, latencyCurve] = [modelRoute(deps), latencyCurveRoute(deps)];
  return {
    '/': { GET: aliveRoute() },
    '/api/classify': { POST: classify, PUT: classify },
    '/v2/health/live': { GET: liveRoute() },
    '/v2/health/ready': { GET: readyRoute(lifecycle) },
    '/v2/models': { GET: modelsRoute(deps) },
    '/v2/models/:name': { GET: (c) => model(String(c.req.param('name'))) },
    '/v2/models/:name/latency-curve': { GET: (c) => latencyCurve(String(c.req.param('name'))) },
    '/metrics': { GET: metricsRoute(deps.readMetrics) },
  };
}

function corsFor(origins: readonly string[]) {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT'],
    exposeHeaders: [
      'Server-Timing',
      'X-Batch-Size',
      'X-Batch-Reason',
      'X-Request-Id',
      'Retry-After',
      'Inference-Header-Content-Length',
    ],
    maxAge: 600,
  });
}
