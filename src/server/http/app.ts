import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { Problem } from '../problem/problem.js';
import { openExchange } from './exchange.js';
import type { Page } from './read-page.js';
import { type BenchmarkDeps, benchmarkRoute } from './receive/benchmark-route.js';
import { classifyRoute } from './receive/classify-route.js';
import { liveRoute, pingRoute, readyRoute, rootRoute } from './receive/health-routes.js';
import { huggingFaceRoute } from './receive/hugging-face-route.js';
import type { ImageRouteDeps } from './receive/image-route.js';
import { metricsRoute } from './receive/metrics-route.js';
import { latencyCurveRoute, modelRoute, modelsRoute } from './receive/model-routes.js';
import { openApiRoute } from './receive/open-api-route.js';
import { pageFileRoute } from './receive/page-file-route.js';
import { modelStatusRoute, predictRoute } from './receive/predict-routes.js';
import { predictionsRoute } from './receive/predictions-route.js';
import { refuse } from './receive/refuse.js';
import { inferRoute } from './receive/v2/infer-route.js';
import {
  modelConfigRoute,
  modelReadyRoute,
  repositoryIndexRoute,
  serverRoute,
} from './receive/v2/metadata-routes.js';
import { type StatisticsDeps, statisticsRoute } from './receive/v2/statistics-route.js';

type Env = { Bindings: HttpBindings };
type Handler = (c: Context<Env>) => Response | Promise<Response>;
/** The handler of each method at a path; GET also answers HEAD. */
type Methods = Partial<Record<'GET' | 'POST' | 'PUT', Handler>>;

export interface AppDeps extends ImageRouteDeps, BenchmarkDeps, StatisticsDeps {
  /** Whether /benchmark exists. */
  readonly hasBenchmark: boolean;
  /** What a browser gets at "/"; without it, that is 404. */
  readonly page?: Page | undefined;
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
  const classify = classifyRoute(deps);
  const [infer, statistics] = [inferRoute(deps), statisticsRoute(deps)];
  const [huggingFace, predictions] = [huggingFaceRoute(deps), predictionsRoute(deps)];
  const v1Model = { GET: ofModel(modelStatusRoute(deps)), POST: predictRoute(deps) };
  const describe = modelRoute(deps);
  const files = [...(deps.page?.files ?? [])];
  // With a route of its own beside '/v2/models/:name', Hono could not use its fastest router.
  const model = ofModel((name, version) =>
    name === 'stats' && version === undefined ? statistics() : describe(name, version),
  );
  return {
    '/': { GET: rootRoute(deps.page && pageFileRoute(deps.page.html)) },
    '/api/classify': { POST: classify, PUT: classify },
    '/invocations': { POST: classify },
    '/ping': { GET: pingRoute(deps.lifecycle) },
    '/models/:name': { POST: huggingFace, PUT: huggingFace },
    '/predictions/:name': { POST: predictions, PUT: predictions },
    '/predictions/:name/:version': { POST: predictions, PUT: predictions },
    '/openapi.json': { GET: openApiRoute() },
    '/metrics': { GET: metricsRoute(deps.readMetrics) },
    '/v1/models': { GET: modelsRoute(deps) },
    ...versioned('/v1/models/:name', '', v1Model),
    '/v2': { GET: serverRoute() },
    '/v2/health/live': { GET: liveRoute() },
    '/v2/health/ready': { GET: readyRoute(deps.lifecycle) },
    '/v2/repository/index': { POST: repositoryIndexRoute(deps) },
    '/v2/models': { GET: modelsRoute(deps) },
    ...versioned('/v2/models/:name', '', { GET: model }),
    ...versioned('/v2/models/:name', '/config', { GET: ofModel(modelConfigRoute(deps)) }),
    ...versioned('/v2/models/:name', '/ready', { GET: ofModel(modelReadyRoute(deps)) }),
    ...versioned('/v2/models/:name', '/stats', { GET: ofModel(statistics) }),
    ...versioned('/v2/models/:name', '/infer', { POST: infer }),
    '/v2/models/:name/latency-curve': { GET: ofModel(latencyCurveRoute(deps)) },
    ...Object.fromEntries(files.map(([path, file]) => [path, { GET: pageFileRoute(file) }])),
  };
}

/** The same methods with and without a version in the path. */
function versioned(path: string, end: string, methods: Methods): Record<string, Methods> {
  return { [path + end]: methods, [`${path}/versions/:version${end}`]: methods };
}

/** Calls a route with the model and version that the path names. */
function ofModel(route: (name: string, version?: string) => Response | Promise<Response>): Handler {
  return (c) => route(String(c.req.param('name')), c.req.param('version'));
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
